"""Standing orders without a word that they last: the subject alone, how the assistant speaks, says so.

Wide patterns under one veto: what names a thing of its own ("the letter", "this", "a poem about ...") is for once.
Patterns only; `habits.py` has the narrow ones, which need no veto.
"""

from __future__ import annotations

import re

from agentmem_cli.memories.orders import ANSWERS, AVOIDED, IMPERATIVE, ONCE, WISH

_MANNER = (
    rf"(?:{AVOIDED}|tone|language|style|voice|register|manner|wording|phrasing|vocabulary|level|default|spelling"
    rf"|grammar"
    r"|punctuation|pronouns|commas?|adverbs|adjectives|nouns|idioms|clich[eé]s|euphemisms|hyperbole|superlatives"
    r"|swearing"
    r"|decimals?|separators?|significant\ figures|units?|metric|imperial|celsius|kilomet(?:re|er)s|grams|utc|iso"
    r"|latex"
    r"|json|yaml|ascii|plain\ text|prose|plain\ english|citations|references|sources|studies|evidence|links|urls"
    r"|footnotes"
    r"|spoilers|typos|mistakes|errors|words?|sentences|paragraphs|lines|headings|lists|numbered\ lists|steps|examples"
    r"|diagrams|analogies|definitions|numbers|dates|times|prices|amounts|quantities|temperatures|distances"
    r"|measurements"
    r"|formality|enthusiasm|drama|praise|compliments|criticism|feedback|opinions|honesty|directness|brevity"
    r"|clarity|detail"
    r"|truth|tl;?dr|takeaways?|bottom\ line|conclusion|summary|preamble|introduction|intros?|outros?|pleasantries"
    r"|greetings"
    r"|repetition|assumptions|guesses|speculation|humou?r|jokes|sarcasm|answers|replies|responses|explanations"
    r"|suggestions"
    r"|recommendations|reasoning|your\ work|confidence|certainty|follow-?ups?|comments|docstrings|type\ hints"
    r"|code\ blocks?"
    r"|commands|shortcuts|advice|small\ print|alternatives|pros\ and\ cons|primary|open[- ]source|peer-reviewed)"
)
_SAYING = (  # what only one who answers does
    r"(?:us(?:e|ing)|quot(?:e|ing)|cit(?:e|ing)|link(?:ing)?|invent(?:ing)?|mak(?:e|ing)\ up|mention(?:ing)?"
    r"|includ(?:e|ing)|add(?:ing)?"
    r"|writ(?:e|ing)|say(?:ing)?|tell(?:ing)?|ask(?:ing)?|offer(?:ing)?|volunteer(?:ing)?|giv(?:e|ing)"
    r"|show(?:ing)?|recommend(?:ing)?"
    r"|suggest(?:ing)?|explain(?:ing)?|repeat(?:ing)?|assum(?:e|ing)|start(?:ing)?|begin(?:ning)?|end(?:ing)?"
    r"|reply(?:ing)?|answer(?:ing)?"
    r"|respond(?:ing)?|apologi[sz](?:e|ing)|thank(?:ing)?|hedg(?:e|ing)|lectur(?:e|ing)|elaborat(?:e|ing)"
    r"|justify(?:ing)?|defin(?:e|ing)"
    r"|spell(?:ing)?|introduc(?:e|ing)|remind(?:ing)?|soften(?:ing)?|swear(?:ing)?|disagree(?:ing)?"
    r"|interrupt(?:ing)?|jok(?:e|ing)|skip(?:ping)?"
    r"|challeng(?:e|ing)|correct(?:ing)?|speculat(?:e|ing)|tr(?:y|ying)|sound(?:ing)?|be|being|address(?:ing)?"
    r"|call(?:ing)?|greet(?:ing)?"
    r"|comment(?:ing)?|translat(?:e|ing)|format(?:ting)?|abbreviat(?:e|ing)|refer(?:ring)?|open(?:ing)?|clos(?:e"
    r"|ing)|leav(?:e|ing)\ out|hid(?:e|ing)"
    r"|summari[sz](?:e|ing)|worry(?:ing)?\ about\ (?:hurting|offending|being)|overdo(?:ing)?|talk(?:ing)?"
    r"|speak(?:ing)?|spoil(?:ing)?)"
)
_DOES = (
    rf"(?:{IMPERATIVE}|adopt|maintain|tailor|adjust|restrict|base|lay\ off|tone|dial|turn|go|knock|lead|get"
    rf"|confirm|bold|overlook|excuse"
    r"|forgive|switch|change|greet|quiz|explain|express|report|employ|apply|cover|favou?r|deliver|lose|spare|save"
    r"|opt|open|close|embrace"
    r"|weigh|back|support|come|err|paraphrase|attach|prefix|distinguish|separate|clarify|watch|mind|reduce"
    r"|minimi[sz]e|maximi[sz]e|increase)\b"
)
_LEVEL = (
    r"(?:too|so|overly|very|rather|more|less|hard|difficult|easier|better|helpful|useful|annoying|unprofessional"
    r"|distracting|confusing|tiring)"
)
_CLASSES = (
    # an imperative about the manner of speaking, and about nothing else
    rf"(?!(?:summari[sz]e|translate|convert|list|describe|compare|take|order|book)\b){_DOES}\ (?!.*\ (?:about"
    rf"|to\ (?:my|our|his|her|their)|of|for\ (?:my|our|his|her|a)|a\ new)\b)(?:[\w'/-]+,?\ ){{0,7}}?{_MANNER}\b.*",
    r"(?:respond|reply|answer|output|return|speak|write|talk)\b.*\bonly\b.*|only\ (?:output|return|respond|reply"
    r"|answer)\ .*",
    # what is left out needs no word on manner
    rf"(?:don't|do\ not|never|stop|quit)\ (?:ever\ |just\ |always\ |feel\ the\ need\ to\ )*{_SAYING}\ (?!up\b"
    rf"|in\b)\S.*",
    rf"(?:there's\ |there\ is\ )?no\ need\ (?:to|for\ you\ to)\ {_SAYING}\b.*|you\ (?:don't\ (?:need|have)\ to"
    rf"|needn't)\ {_SAYING}\b.*",
    rf"(?:feel\ free|be\ willing|don't\ be\ afraid|don't\ hesitate|you're\ (?:free|welcome"
    rf"|allowed))\ to\ {_SAYING}\b.*",
    r"it(?:'s|\ is)\ (?:perfectly\ |totally\ |very\ )?(?:fine|ok|okay|important|best|better|good|vital|fair"
    r"|enough)\ (?:to\ me\ )?(?:to\ (?:say|admit|disagree"
    r"|skip|be|not|leave|ask|joke|swear)|that\ you|if\ you)\b.*",
    rf"it\ (?:would|'d)\ be\ \w+\ if\ you\ (?:could|would)\ .*\b{_MANNER}\b.*|it\ (?:would"
    rf"|'d)\ be\ \w+\ if\ you\ could\ keep\ .*",
    # where in the answer: "Lead with the answer"
    r"(?:lead|start|begin|open|end|finish|close|conclude)\ (?:off\ )?with\ (?:a|an|the|one"
    r"|your)\ (?:\w+\ )?(?:answer|conclusion|question|summary|tl;?dr"
    r"|result|bottom\ line|recap|takeaway|verdict|action|suggestion|key\ point|most\ important\ \w+)\b.*",
    r"(?:put|give|place|state|show)\ (?:me\ )?the\ (?:\w+\ )*(?:answer|conclusion|thing|version|result|summary"
    r"|command|point|code|part)s?\ first\b.*",
    r"(?:get|come|keep|stick)\ (?:\w+\ )?to\ the\ point\b(?!\?).*|(?:stop\ )?beat(?:ing)?\ around.*|(?:bold"
    r"|highlight|underline)\ (?:the\ )?(?:key|important)\ .*",
    r"(?:ask|check\ with|confirm\ with|warn|consult|tell)\ (?:me\ )?(?:first\ )?before\ (?:you|\w+ing)\b.*"
    r"|(?:check|confirm)\ with\ me\ .*",
    r"(?:ignore|overlook|excuse|forgive|fix|correct)\ (?:all\ |any\ )?(?:my\ )?(?:typos|spelling|grammar|mistakes"
    r"|\w+\ mistakes)\b.*",
    r"(?:greet\ me|say\ (?:goodbye|hello|hi)\ to\ me|sign\ off|quiz\ me|talk\ to\ me|speak\ to\ me"
    r"|write\ to\ me)\ (?:in|like|at|with)\ (?!love).*",
    r"(?:help|let)\ me\ (?:practi[sc]e|learn|improve)\ .*\bby\ .*",
    r"be\ my\ (?!guest|valentine).*|be\ \w+(?:,?\ (?:and|but|not)\ \w+)?\ (?:of|about|with|towards)\ (?:what\ i"
    r"|my|me|how|your)\b.*",
    r"(?:adopt|maintain|use|keep|take|strike)\ (?:an?|your|the)\ (?:\w+[\s,]+){0,3}(?:tone|style|voice|register"
    r"|persona|attitude)\b.*",
    r"(?:write|sound|talk|speak|be)\ (?:more\ |less\ )?like\ .*",
    r"(?:consider|treat|think\ of|regard|see)\ me\ .*|play\ the\ role\ .*\bwhen(?:ever)?\b.*|make\ it\ a\ (?:rule"
    r"|habit|point|practice)\b.*",
    # what to keep off, and how far to go
    r"(?:don't|do\ not|never|stop)\ (?:ever\ )?(?:treat(?:ing)?\ me|bother(?:ing)?\ with|bring(?:ing)?\ up"
    r"|talk(?:ing)?\ (?:down|about|like)|push(?:ing)?|judg(?:e|ing)|pretend(?:ing)?)\b.*",
    r"avoid\ (?:topics|subjects|words|phrases|the\ (?:word|phrase|topic)|any|all|talking|saying|using|mentioning"
    r"|giving|making|being|overly|long|too)\b.*",
    r"i\ (?:never|don't\ (?:ever\ )?)\s?want\ to\ (?:hear|see|read|be\ (?:told|asked|reminded))\b.*"
    r"|i\ don't\ (?:need|want)\ (?:any\ |the\ )?(?:hand-?holding|coddling|babying|sermons?|pep\ talks?)\b.*",
    r"no\ (?!problem|thanks|thank|idea|worries|way|need|one|matter|doubt|sir|kidding|luck|clue|rush|hurry|time"
    r"|chance|comment|offen[cs]e|i\b|more\b|that|it|not|but|luck|biggie|longer|news|reply|answer)"
    r"[\w-]+(?:\ talk|\ advice)?(?:\ or\ [\w-]+(?:\ \w+)?)?,?(?:\ please)?$",
    r"only\ (?:\w+\ )?\w+s,?\ please|\w+s\ (?:without|with|in)\ \w+,\ please|spare\ me\ the\ \w+.*"
    r"|leave\ (?:out\ )?(?:the\ )?(?:obvious|jokes|small\ talk|fluff|basics)\b.*",
    # a kind of answer, then what to do: "In emails, sign off with ..."
    rf"(?:for|in|with|on|during)\ (?:all\ |any\ |my\ )?(?:\w+\ )?(?:\w+s|code|prose|sql|python|javascript|writing"
    rf"|math|conversation|chat),?\ (?:please\ |always\ |never\ |don't\ |only\ |just\ )*(?:{IMPERATIVE}|talk)\b.*",
    rf"(?:{_DOES}|verify|mark|flag|check|double-?\ ?check)\ (?:anything|everything|all|whatever|facts"
    rf"|claims)\ (?!between)(?:\w+\ )*?(?:you|uncertain|unsure|doubtful|before|unverified|with)\b.*",
    r"(?:state|show|name|list|give|disclose)\ your\ (?:\w+s|reasoning|work|thinking|confidence)\b.*|(?:mirror"
    r"|match|mimic|copy|follow|respect|honou?r)\ my\ (?:tone|style|language|spelling|pace|mood|level|wording"
    r"|\w+ing)\b.*",
    r"(?:say|tell|give|keep)\ (?:it|me)\ (?:to\ me\ )?(?:straight|like\ it\ is|real|the\ truth"
    r"|the\ bad\ news\ first)\b.*|keep\ (?:things|answers|everything|it\ (?:family|kid|child))[\ -].*",
    r"let\ me\ know\ (?:if|when|whenever)\ (?:i'm|i\ am|i\ make|i\ get|you're|you\ are|something|anything)\b.*"
    r"|suggest\ (?:things|\w+s)\ (?:with|without|that)\b.*|nothing\ \w+\ \w+\ when\ you\b.*",
    # code in general
    r"(?:use|name|indent|prefer|write|wrap|type|comment|document|test|avoid|favou?r)\ (?!(?:a|an|the"
    r"|it)\b)(?:[\w-]+\ ){0,3}?(?:variables|functions|methods|classes|names|spaces|tabs|snake_case|camelcase|code"
    r"|composition|inheritance"
    r"|semicolons|indentation|type\ hints|quotes|async|f-strings|const|dataclasses|globals|loops)\b(?!\ (?:to"
    r"|that|which|in\ line)\b).*",
    # what the person thinks of answers
    rf"i(?:'m|\ am|\ find|\ value|\ appreciate|\ expect|\ want|\ need|\ like|\ love|\ prefer|\ hate|\ dislike"
    rf"|\ can't|\ cannot|\ only|'d\ (?:prefer|like|love|appreciate))"
    rf"\ (?!.*\b(?:about|for\ my|on\ (?!my\ (?:phone|screen))|of\ (?!(?:long|short|your)\b)|from\ (?!you\b)"
    rf"|your\ (?:answer|reply|response|explanation|message))\b)(?:[\w'-]+\ ){{0,6}}?(?:{_MANNER}|{ANSWERS})\b.*",
    rf"(?:i\ find|i\ think)\ (?:your|that\ your|you|\w+\ {_MANNER}|{_MANNER})\ .*{_LEVEL}.*",
    rf"(?:{_MANNER}|(?:\w+er|short|long|brief)\ (?:{ANSWERS}|{_MANNER}))\ (?:really\ )?(?:annoy|confuse|distract"
    rf"|bother|help|irritate)\ me\b.*",
    rf"(?:\w+er|short|long|brief|concise|detailed)\ (?:{ANSWERS}|{_MANNER})\ (?:would\ be|are"
    rf"|is)\ (?:\w+\ )*(?:better|fine|ok|okay|best|good|easier)\b.*",
    r"(?:all\ |the\ |any\ )?(?:\w+\ )?(?:times|dates|amounts|prices|units|examples|answers|code|temperatures"
    r"|numbers|measurements)\ (?:should\ be\ |always\ )?in"
    r"\ (?!the\b)[\w ]+(?:,?\ please|,?\ always)$|[\w ]+\ should\ (?:always\ )?be\ (?:in|given|written|shown"
    r"|stated|expressed)\ (?!by\b)(?:in\ )?[\w ]+$",
    r"you\ (?:\w+\ ){1,4}too\ (?:much|many|often|fast|long|formally|quickly)\b.*|you(?:'re|\ are|\ sound"
    r"|\ seem)\ (?:being\ |always\ |getting\ )*(?:way\ |far\ |a\ bit\ "
    r"|much\ )*too\ (?!kind|good|sweet|funny|late|right|nice$)\w+.*",
    r"your\ (?:tone|style|language|wording|\w*\ ?explanations|answers|replies|responses)\ (?:is"
    r"|are)\ (?:\w+\ ){0,2}too\ .*",
    rf"too\ (?:many|much)\ (?:{_MANNER})\b.*",
    r"i\ (?:use|go\ by)\ (?:\w+/\w+(?:\ pronouns)?)$|my\ name\ is\ .*\bspell\b.*|just\ the\ (?:code|answer|facts"
    r"|command|result)\b.*\b(?:whenever|always|every)\b.*",
    r"i\ go\ by\ \w+$",
)
_MANNERS = re.compile("|".join(f"(?:{each})" for each in _CLASSES), re.IGNORECASE | re.VERBOSE)
_SPECIFIC = re.compile(
    r"\b(?:this|these|those|again|instead|here|number|question|paragraph|below)\b(?!\ reader)"
    r"|(?<!so\ )\bthat\b(?!\ (?:i|you|my|your|is|are|it)\b)"
    r"|(?<!from\ )\bnow\b|:\s|\b(?:first|second|third|last|next|previous)\ (?!person|name|thing|step\ at"
    r"|principles)\w+|^(?:make|keep)\ it\ \w+$"
    r"|\bthe\ (?:\w+\ )?(?:list|text|letter|email|mail|poem|essay|story|song|paper|code|function|file|table|chart"
    r"|image|table|response|reply|message|draft"
    r"|paragraph|article|book|data|numbers|dates|names|code|caption|column|row|title|tone(?!\ of\ an?\b)"
    r"|end\ of\ the|list|loop|app|page|website|error|server|test|budget|project|report"
    r"|quote|recipe|note|notes|translation|script|speech|slides|summary\ of|words|line|lines|document|main|red"
    r"|blue|same|other|war|battles|count|bank|budget|password|meeting)\b"
    r"|\b(?:thesis|essay|homework|story|poem|novel|article|assignment|tweet|caption|speech|cover\ letter|wedding"
    r"|meeting|chapter|tomorrow|today|tonight|yesterday)\b"
    r"|\bup\ on\ me\b|\bquote\ me\b|\bbut\ i\b|^(?:don't\ )?(?:be\ (?:mad|afraid$|late|sad|silly)|tell\ (?:anyone"
    r"|anybody|my|him|her|them)|call\ (?:him|her|them))",
    re.IGNORECASE,
)


def is_about_manner(clause: str) -> bool:
    """Whether the clause says how to speak with the person, and names nothing that it is said of only once."""
    asked = WISH.sub("", clause.strip().rstrip(".!? "), count=1)
    return not (ONCE.search(asked) or _SPECIFIC.search(asked)) and _MANNERS.match(asked) is not None
