"""Words by which a standing instruction is told from a request: rows of base forms. Data only, no rule.

They are of the language, not of any list of examples: what answers are made of, what they are asked to do, what is
worked on once. `standing.py` weighs them.
"""

from __future__ import annotations


def _row(text: str) -> frozenset[str]:
    return frozenset(text.split())


SAYING = _row(
    """answer reply respond explain say tell ask mention quote cite link speak talk address call greet sound apologize
    apologise summarize summarise recap remind warn alert refer justify elaborate define spell swear joke admit disagree
    challenge criticize criticise correct convert round label state flag assume invent speculate suggest recommend
    offer volunteer consult phrase word express communicate conclude introduce abbreviate mirror match mimic question
    verify double-check highlight prioritize prioritise rank interrupt nag quiz teach tutor coach act behave
    treat consider err default stick skip refrain restate repeat paraphrase clarify praise compliment flatter thank
    congratulate expect prefer favour favor adopt tailor adapt adjust aim dial tone ease capitalize capitalise
    pronounce sign format hedge moralize moralise preach lecture ramble waffle pad sugarcoat sugar-coat patronize
    patronise overlook forgive excuse maintain employ lay spare distinguish structure exaggerate generalize generalise
    gush hallucinate nag overthink over-explain bluff"""
)
"""What one asks of an answerer."""
DOING = _row(
    """use keep give show include add avoid start begin end finish put leave list be stay have check provide limit drop
    lose cut present produce return output name note indent wrap comment document stop lead open close bold mark number
    break split group separate attach omit exclude ignore follow respect think get let try help hold push share
    remember restrict switch describe compare measure report write go quit ditch save feel bear mind rely depend focus
    base choose pick set translate draft simplify send come"""
)
TASKS = _row(
    """fix find book calculate compute solve create generate plan rewrite edit proofread read look run delete install
    search fetch print play draw paint design compose make write order turn move remove rename merge sort buy shorten
    expand continue schedule sing count update change cancel cook bring wait hurry wish imagine guess pretend replace
    test"""
)
"""What one asks to have done once."""
MANNER = _row(
    """emoji emojis emoticon bullet bold markdown jargon exclamation table heading header abbreviation acronym slang
    swearing profanity dash em-dash em-dashes filler disclaimer caveat passive buzzword spoiler fluff waffle flattery
    sugar-coating hashtag italics footnote contraction apology analogy metaphor simile semicolon introduction intro
    outro preamble pleasantry follow-up tone style voice register wording phrasing vocabulary spelling grammar
    punctuation pronoun comma adverb adjective idiom cliche cliché euphemism hyperbole superlative decimal unit metric
    imperial celsius fahrenheit kelvin kilometre kilometer km mile gram kilo pound euro dollar currency utc iso latex
    json yaml ascii prose citation reference source evidence link url typo sentence paragraph line word heading list
    step example diagram definition number date time price amount quantity temperature distance weight measurement
    formality enthusiasm praise compliment criticism feedback opinion honesty directness brevity clarity detail truth
    tldr takeaway summary conclusion recap greeting sign-off repetition assumption speculation humour humor joke pun
    sarcasm irony reasoning confidence certainty comment docstring hint code snippet command shortcut advice option
    alternative warning translation sermon lecture small-talk pep hand-holding quotation formula equation percentage
    figure nickname surname pronunciation politics trade-off pros cons background context theory verdict
    answer reply response explanation suggestion recommendation 24-hour 12-hour plain simple everyday spaces tabs
    snake_case camelcase indentation variable rhyme british american oxford capital lower-case lowercase upper-case
    uppercase hype drama padding language mistake error idea obvious basics point news text default topic"""
)
"""What answers are made of."""
ANSWERS = _row(
    """answers replies responses explanations messages examples samples recipes chats conversations emails letters
    summaries suggestions recommendations questions translations drafts snippets code chat"""
)
STYLE = _row(
    """brief concise short long blunt direct formal informal casual honest frank terse succinct polite critical
    friendly precise simple plain gentle kind neutral objective professional skeptical sceptical harsh strict literal
    specific verbose wordy chatty serious humble practical pragmatic factual upbeat patient warm cold dry humorous
    funny playful straight straightforward longer shorter simpler clearer tougher nicer softer drier detailed thorough
    technical clear pushy preachy condescending patronising patronizing vague nice overly sappy enthusiastic cheerful"""
)
WORKS = _row(
    """essay poem letter file function story list book app page email mail paragraph chapter report server test loop
    data dataset repo song verse stanza chorus draft table column row chart image photo picture document article
    thesis homework form title caption tweet speech post slide meeting recipe script text message note quote
    translation abstract section code website error project budget response answer reply novel game plan trip wedding
    party paper playlist presentation"""
)
"""What is worked on: one of them is for one request."""
WISHES = _row(
    """want need prefer like love enjoy appreciate value hate dislike loathe detest expect find rather learn read speak
    understand only can't hear know care great nice happier helps help annoys bothers bugs irritates fine okay ok
    important annoying best better"""
)
ONCE_WORDS = _row(
    """now today tonight tomorrow yesterday again here below above attached yet monday tuesday wednesday thursday
    friday saturday sunday week weekend month january february march april june july august september october november
    december morning evening next following previous instead second third done finished chance ready"""
)
POINTED = _row("this that these those his her their our its him")
EVER = _row(
    """always never ever every each all any whenever anytime everything anything everywhere throughout henceforth
    anymore wherever whatever"""
)
YOU = _row("you your yourself you're you'd you'll")
SUBJECTS = _row(
    "i i'm i've i'd i'll we he she they it it's that's there the my our his her their this these those a an"
)
TOLD = _row(
    """was were had did said says told went got came wrote gave made felt saw found used he she they we it's it there
    he's she's they're we're nobody everybody people"""
)
"""What tells of others, or of what is over."""
CASES = _row("when if unless before after where while once until")
AMOUNTS = _row("two three four five six seven eight nine ten twenty hundred")
REFUSALS = _row("don't not never stop quit avoid")
WITHOUT = _row("no without skip drop")
LANGUAGES = _row(
    """english german french spanish italian portuguese dutch swedish norwegian danish finnish icelandic polish czech
    slovak hungarian romanian bulgarian greek turkish russian ukrainian serbian croatian arabic hebrew persian farsi
    hindi urdu bengali tamil thai vietnamese indonesian malay tagalog chinese mandarin cantonese japanese korean swahili
    latin catalan basque welsh irish esperanto"""
)
SHORTHAND = {
    "dont": "don't", "pls": "please", "plz": "please", "u": "you", "ur": "your", "im": "i'm", "cant": "can't",
    "wont": "won't", "thx": "thanks", "doesnt": "doesn't", "whats": "what's",
}  # fmt: skip
"""What people type for another word."""
