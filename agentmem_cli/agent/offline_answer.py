"""Answers without a language model: what is on record, quoted, with where it stands. Writes nothing.

It looks up and quotes; it never reasons, and says plainly when it has found nothing, or nothing certain.
"""

from __future__ import annotations

from collections.abc import Sequence

from agentmem_cli.agent.citations import document_lines
from agentmem_cli.agent.offline_documents import cut, quoted_lines
from agentmem_cli.agent.offline_finds import Find, certainty_of, finds
from agentmem_cli.agent.offline_question import asks_documents, is_question, past_days, request_of, wanted_stems
from agentmem_cli.agent.offline_sources import Sources
from agentmem_cli.language.classifier import judge
from agentmem_cli.language.dates import Span
from agentmem_cli.language.secrets import secrets_in
from agentmem_cli.language.sentences import sentences
from agentmem_cli.memories.operations import Operation
from agentmem_cli.memories.sameness import same_key
from agentmem_cli.memories.statements import asks_to_forget, forgettable
from agentmem_cli.recall.asking import teller_of
from agentmem_cli.recall.evidence import is_small_talk
from agentmem_cli.records import Document, Memory, TranscriptMessage, local_day

NOTHING_FOUND = "I found nothing about that in your memories, earlier conversations or documents."
NEAREST = "The nearest to it:"
NOTHING_CERTAIN = "I found nothing that answers this for certain."
ALSO, EARLIER = "Later, of something near it:", "Earlier:"
NO_DOCUMENTS = "There are no documents yet. `agentmem ingest FOLDER` reads those of a folder."
KEPT_NOTHING = "I kept nothing of this; `/remember` keeps it."
_NO_MODEL = "No language model is in use, so I can only look things up."
_OFFER = "I can look things up for you: ask about yourself, an earlier conversation or your documents."
_KNOWS_NOTHING = "I know nothing about you yet."
_EVERYTHING = "This is what I remember of you:"
_NOT_KEPT = {
    "off": "I keep nothing: memory is off.",
    "incognito": "I keep nothing: this chat is incognito.",
}
_ANSWERED_WITHOUT = ("about_me", "documents", "last_time")
"""What is asked for that no search of the documents answers."""
SURE, NEAR_CHANCE = 0.5, 0.25
"""The chance from which what was found surely answers, and from which a line of a document is worth showing."""
NEAR = 0.15
"""The share of a question's stems, or the cosine, from which what is nearest is worth showing."""
ASKS_FOR_THEIRS = 0.3
"""The score from which a question looks for something said, or asks about the person, so that its topic counts."""
_TELLS = 0.3
"""The score for keeping from which a message that is not kept tells something, and looks for nothing."""
_SURELY = 0.5
ABOUT_AS_WELL = 0.6
"""How much less than the best a sentence may score to stand first because it is the newest."""
COVERS_AS_WELL = 0.5
"""The share of what the best covers of the question that such a sentence covers too."""
_MOST_QUOTED, _MOST_TOLD = 3, 7
"""Of what answers, and of what was told on a day."""


def needs_documents(question: str, sources: Sources) -> bool:
    """Whether to search the documents: for a question that nothing said answers in full, no statement or small talk."""
    if is_small_talk(question):
        return False
    if request_of(question) in _ANSWERED_WITHOUT:
        return False
    if not is_question(question) and sources.operations():
        return False
    return bool(wanted_stems(question)) and _covered(finds(question, sources.messages(), sources.memories())) < 1


def answer_from(question: str, sources: Sources) -> str:
    """The answer, in Markdown."""
    if told := _told_on_days(question, sources):
        return told
    match request_of(question):
        case "about_me":
            return everything_known(sources.memories())
        case "documents":
            return _all_documents(sources.documents())
        case "last_time":
            return _last_time(sources.last_time())
    done = "" if is_question(question) else _done(question, sources)
    return _with_what_was_said(done, question, sources) if done else _looked_up(question, sources)


def _with_what_was_said(done: str, text: str, sources: Sources) -> str:
    """What becomes of a statement, with what was surely said of the same before."""
    if any(operation.action == "forget" for operation in sources.operations()):
        return done
    is_certain, found = _found(text, sources)
    return f"{done}\n\n{found}" if is_certain else done


def _looked_up(question: str, sources: Sources) -> str:
    """What answers the question, or is near it."""
    is_certain, found = _found(question, sources)
    if is_small_talk(question) and not (is_certain and sources.found_something):
        return _OFFER
    if is_certain:
        return found
    if not is_question(question):
        return _not_kept(question, found if sources.found_something else "")
    if not found:
        return f"{NOTHING_FOUND} {_NO_MODEL}" if wanted_stems(question) else _OFFER
    return f"{NOTHING_CERTAIN} {NEAREST}\n\n{found}"


def _not_kept(text: str, found: str) -> str:
    """That nothing is kept of a message, which may tell something or look for something by a few words."""
    if judge([text])[0].keep >= _TELLS:
        return KEPT_NOTHING
    return f"{KEPT_NOTHING} {NOTHING_CERTAIN} {NEAREST}\n\n{found}" if found else f"{KEPT_NOTHING} {NOTHING_FOUND}"


def _found(question: str, sources: Sources) -> tuple[bool, str]:
    """What was said or what documents hold, whichever the question likelier asks for, and whether it surely answers.

    What is near in the other stands below it, where the first is not certain or somebody asks about themselves.
    """
    ranked = finds(question, sources.messages(), sources.memories())
    said = certainty_of(ranked)
    certainty, from_documents = _from_documents(sources)
    best = ranked[:_MOST_QUOTED]
    is_near = _is_near(question, best)
    if certainty > NEAR_CHANCE and asks_documents(question, certainty, said):
        below = _quoted(best[:1]) if is_near and (certainty <= SURE or teller_of(question) == "user") else ""
        return certainty > SURE, _joined(from_documents, below)
    if said > SURE:
        return True, _quoted([find for find in best if find.covers or find.means >= NEAR])
    return False, _joined(_quoted(best) if is_near else "", from_documents if certainty > NEAR_CHANCE else "")


def _joined(*parts: str) -> str:
    return "\n\n".join(filter(None, parts))


def _is_near(question: str, best: Sequence[Find]) -> bool:
    """Whether any is worth showing: near in words or meaning, or of the topic of what asks for something of theirs."""
    (asked,) = judge([question])
    topic_counts = max(asked.seeks, asked.about_user) >= ASKS_FOR_THEIRS
    return any(max(find.covers, find.means) >= NEAR or (find.topics and topic_counts) for find in best)


def _covered(ranked: Sequence[Find]) -> float:
    return max((find.covers for find in ranked[:_MOST_QUOTED]), default=0.0)


def _quoted(best: Sequence[Find]) -> str:
    """The newest of those that fit about as well as any first, the others below it; what was replaced comes last."""
    current = [find for find in best if not find.replaced_by] or list(best)
    closest = max(current, key=lambda find: find.score)
    first = max(
        (find for find in current if _fits_as_well(find, closest, best)), key=lambda find: (find.at, find.number)
    )
    others = sorted((find for find in best if find is not first), key=lambda find: (-find.at, -find.number))
    parts = [_quote(first)]
    for title, is_older in ((ALSO, False), (EARLIER, True)):
        lines = [f"- {_quote(find)}" for find in others if _is_earlier(find, first) == is_older]
        parts += [f"{title}\n\n" + "\n".join(lines)] if lines else []
    return "\n\n".join(parts)


def _fits_as_well(find: Find, closest: Find, best: Sequence[Find]) -> bool:
    """Whether a sentence speaks of what is asked about as much as the closest one, or replaces one that does."""
    replaces = any(other.replaced_by in find.memory_ids for other in best if other.replaced_by)
    covers = find.covers >= closest.covers * COVERS_AS_WELL
    return find is closest or (find.score >= closest.score - ABOUT_AS_WELL and (covers or replaces))


def _is_earlier(find: Find, first: Find) -> bool:
    return bool(find.replaced_by) or (find.at, find.number) < (first.at, first.number)


def _quote(find: Find) -> str:
    said_by = {"user": "You said", "assistant": "I answered"}.get(find.speaker, f"{find.speaker} said")
    return f"{said_by} on {local_day(find.at)}: “{cut(find.text)}”"


def everything_known(memories: Sequence[Memory]) -> str:
    """All active memories under the first topic of each."""
    active = [memory for memory in memories if memory.status == "active"]
    if not active:
        return _KNOWS_NOTHING
    asked_about = {memory.replaces_perhaps for memory in active}
    topics = dict.fromkeys(_topic(memory) for memory in active)
    parts = [_EVERYTHING]
    for topic in topics:
        lines = [_known_line(memory, asked_about) for memory in active if _topic(memory) == topic]
        parts.append("\n".join([f"**{topic.capitalize()}**", "", *lines]))
    return "\n\n".join(parts)


def _topic(memory: Memory) -> str:
    return memory.topics[0] if memory.topics else "other"


def _known_line(memory: Memory, asked_about: set[str | None]) -> str:
    perhaps = ", perhaps replaced" if memory.memory_id in asked_about else ""
    return f"- {memory.text} ({local_day(memory.said_at)}{perhaps})"


def _all_documents(documents: Sequence[Document]) -> str:
    if not documents:
        return NO_DOCUMENTS
    return "Your documents:\n\n" + "\n".join(f"- {line}" for line in document_lines(documents))


def _told_on_days(question: str, sources: Sources) -> str:
    """What was told on the days that a question names, where it asks for nothing else that was told."""
    days, rest = past_days(question)
    if not days or not is_question(question) or is_small_talk(question):
        return ""
    asks_for_talk = request_of(question) == "last_time" or not wanted_stems(rest)
    if not asks_for_talk and sources.passages and judge([question])[0].of_documents >= SURE:
        return ""
    if not asks_for_talk and _covered(finds(rest, sources.messages(), sources.memories())):
        return ""
    told = sources.told_on(days)
    if not told:
        return f"I found nothing that you said {_span(days)}." if asks_for_talk else ""
    quotes = "\n\n".join(f"> {cut(turn.text)}" for turn in told[:_MOST_TOLD])
    return f"{_span(days).capitalize()} you said:\n\n{quotes}{_and_more(len(told) - _MOST_TOLD)}"


def _span(days: Sequence[Span]) -> str:
    first, last = min(first for first, _ in days), max(last for _, last in days)
    return f"on {first}" if first == last else f"from {first} to {last}"


def _and_more(count: int) -> str:
    return f"\n\n… and {count} more" if count > 0 else ""


def _last_time(messages: Sequence[TranscriptMessage]) -> str:
    """What the person said in the conversation before."""
    said = [message for message in messages if message.role == "user"]
    if not said:
        return f"{NOTHING_FOUND} {_NO_MODEL}"
    quotes = "\n\n".join(f"> {cut(message.text)}" for message in said[:_MOST_QUOTED])
    return f"On {local_day(said[0].at)} you said:\n\n{quotes}{_and_more(len(said) - _MOST_QUOTED)}"


def _done(text: str, sources: Sources) -> str:
    """What capture makes of a statement or of a wish to forget; "" for a message that is neither."""
    if sources.memory in _NOT_KEPT:
        return _NOT_KEPT[sources.memory] if sources.operations() else ""
    known = sources.memories()
    done = done_line(sources.operations(), known, is_review=sources.memory == "review")
    return done or _which_to_forget(text, [memory for memory in known if memory.status == "active"])


def done_line(operations: Sequence[Operation], known: Sequence[Memory], *, is_review: bool) -> str:
    """`Kept: …`, `Forgotten: …`, or both; "" when the writer will do nothing. `known` is every memory."""
    status = {same_key(memory.text): memory.status for memory in reversed(known)}
    new = [each for each in operations if each.text and not secrets_in(each.text)]
    kept = [each.text for each in new if status.get(same_key(each.text)) in (None, "superseded")]
    repeated = [each.text for each in new if status.get(same_key(each.text)) == "active"]
    ended = {memory_id for each in operations for memory_id in each.replaces}
    forgotten = {memory_id for each in operations if each.action == "forget" for memory_id in each.replaces}
    lines = [
        ("Waits in `agentmem memories pending`" if is_review else "Kept", kept),
        ("I know that already", repeated),
        ("No longer so", _texts(known, ended - forgotten)),
    ]
    said = [f"{what}: {'; '.join(text.rstrip('.') for text in texts)}." for what, texts in lines if texts]
    if forgotten:
        said.append(f"Forgotten: {'; '.join(_texts(known, forgotten))}. `/undo` brings it back.")
    return "\n\n".join(said)


def _texts(known: Sequence[Memory], memory_ids: set[str]) -> list[str]:
    return [memory.text.rstrip(".") for memory in known if memory.memory_id in memory_ids]


def _which_to_forget(text: str, active: Sequence[Memory]) -> str:
    """The memories that a wish to forget could mean, where that is not clear; "" for no such wish."""
    said = sentences(text)
    wishes = [sentence for sentence, each in zip(said, judge(said), strict=True) if asks_to_forget(each)]
    if not wishes:
        return ""
    meant = {memory.memory_id: memory for wish in wishes for memory in forgettable(wish, active)}
    if not meant:
        surely = any(each.forget >= _SURELY for each in judge(said))
        return "I know nothing of that, so there is nothing to forget." if surely else ""
    lines = "\n".join(f"- {memory.text}" for memory in meant.values())
    return f"Which of these? `/forget` and a word of it takes one back.\n\n{lines}"


def _from_documents(sources: Sources) -> tuple[float, str]:
    """The chance that a line of the documents answers, and the best lines, each under its document and page."""
    quotes = sources.quotes()
    return quotes.certainty, quoted_lines(quotes.lines, sources.passages)
