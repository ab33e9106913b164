"""Is a message small talk, which recalls nothing? Looks at text only.

It knows English, and of some thirty other languages a few words of thanks and greeting each.

Greetings and nods are small talk wherever they stand. Words of praise, assent, weather and haste are only in what
asks for nothing: "good point" is small talk, "what was the point?" is none. What asks for nothing and holds few
other words is a remark: "it's raining cats and dogs" recalls only what says the same.
"""

from __future__ import annotations

import re

from agentmem_cli.storage.fulltext import terms

_ALWAYS = frozenset(
    terms(
        """
    abend adios adiós afk afternoon ah aha ahoj aloha alright amazing amiga amigo annyeong arigato assalamualaikum
    au aw awesome aww aye ayy bah bbl bbs beaucoup bedankt bem bitte bom bonjour bonne bonsoir bravo brb bruh btw
    buenas buenos buonasera buongiorno bye byebye chao cheers chào ciao congrats congratulations cool cu cya cze
    czesc cześć damn dang dank danka danke dankeschön dankjewel de dear den dia ditto dobranoc dobrou dobry dobrý
    doei dokie dude duh dunno dzien dzięki dziękuję días děkuji ederim eh excellent ey fab fyi g'day geez gg gimme
    glad gm gmorning gn goodbye goodnight goody gosh gotcha gracias grazie great grüezi grüß gtg gute guten ha
    habari hah haha hahaha hahahaha hallo haya hehe hei hej hello hellooo hellow hey heya hi hihi hiya hm hmm hoi
    hola hooray howdy howzit huh hullo hurray idk ikr imo inshallah je jeez jk k kiitos kk kon konnichiwa kthx
    köszönöm laters lgtm lmao lmaoo lmfao lol lovely mahalo mashallah meh merci merhaba mhm mille mm mmm moi moin
    morgen mornin morning muchas multumesc mulțumesc mycket nacht nada nah namaste namasté nay nevermind
    nice nighty nite noches noice nope np nuit nvm obrigada obrigado oh ok okay okey oki okie okies ola olá omfg
    omg omw oof ooh oops ouch oui oya perfect phew pip please pls plz prego qué revoir rien righto rip rofl roger
    salaam salam salut sawubona schön selam servus shalom sheesh sláinte smh sorry sup super sure szia sziasztok så
    ta tack tak takk tal tardes tata tbh tchau teşekkür teşekkürler thank thankful thanks thankyou thanx thks thnks
    thnx tho thx tschüs tschüss ttyl tudo ty tysm ugh uh uhm um umm va vale vielen wagwan wassup wel welcome welp
    whatcha whatever whats whoa whoops woah wohoo wonderful woo woohoo woot wow wp wtf xd xoxo xx xxx y ya yay yea
    yeah yep yes yikes yo yoo yup yw zdravo ça γεια ευχαριστώ σας большое вечер да день добрый дякую здорово
    здравствуйте ладно пока привет привіт спасибо хорошо שלום תודה شكرا مرحبا
    ありがとうございます おはようございます こんにちは こんばんは
    さようなら すみません はい
    不客气 你好 再见 多谢 好吧 好的 帮助 您好 感谢 早上好 早安
    晚上好 晚安 没问题 谢啦 谢谢你 谢谢你的帮助 非常感谢 감사합니다 고마워요 네 안녕하세요
    """
    )
)
_UNLESS_ASKED = frozenset(
    """
    get rise salutations shine let's started blown bella buddy folks fam jambo kia mates mazel ora pal toodle tov tutti
    1 10 100 123 2 3 absolutely actually adorable afternoon agree agreed ahead alas alive alligator amusing another
    anybody anyone anyway anywho apologies appreciate appreciated argue around arrived asleep autocorrect awake
    away awkward back bacon bad bananas based bathroom beats beautiful bed bedtime beg bell best bet better beyond
    big bingo birthday bit bless blown bonkers bored boring bot bounce brain bravo break breakdown breaks breath
    brew brief bright brilliant bro bummer bunch busy buzzing caffeine call can't cancel cannot care carry catch
    chat check checks cheeky cheerio chill chills chilly christmas chuckle class classic clear clears clever cloudy
    clueless coffee coffees cold coming commute complain concise confused continue copied copy correct could course
    crack cracked cracking crap crash crazy curious cute damned dash day days dead deal deep definitely delightful
    detailed died dies difference don't done door doorbell dope dozed dreams drink drizzle drop dropped dry dunno
    dying ears earth easy eat eating either elegant else end enjoy enough epic escalated evening evenings ever
    everyone everything exactly excited excuse exhausted expected explain explained explaining explanation
    explanations eyes fabulous faff fair fake false fancy fantastic fantastically far fascinating fast favor favour
    feel fell figured figures finally fine fingers fire five flip fog foggy follow forecast forget forgot freezing
    fresh friday fridays frost fun funny gah gasp gator genius genuinely giggle giggles give gloomy glorious go
    goes going gold golden gonna good goodness gorgeous got gotta gotten grab grabbing grateful gray greatly
    greetings grey grief grim gross growing guess gutted haha hail hand hands handy hang happy hard hate hats
    haven't hay head hear heard heart heat heatwave heavens heck hell help helped helpful helping helps hiccup
    hilarious hilarity hit hits hold holidays holy hope horrible hot hour hug hugs human humid hungry hurry
    hurts hysterical ice idea ignore immediately impressed impressive incredible indeed info informative input
    insane insanely insightful interesting invaluable ironic it'll jeepers jesus jinx job joke jokes joking keen
    keep kettle keyboard kidding killed killing kind kinda kindly knock knocked know knowing lads lame lass lately
    later laterz laugh laughed laughing laughs learn learned leaving legend legendary legit let let's lie
    lies life lifesaver lightning like likewise listening lit literally little lmk lol lonely long look looks lose
    losing lost lot lots loud love loved lovin luck lunch lunchtime mad magic magnificent make makes man many
    marvellous marvelous massive mate maybe mean melting merry mess message mic min mindblown minted minute minutes
    mist misty moment moments monday mondays mood morrow moving much muchly muddy mug nailed nap nasty nearly neat
    neatly need needed nerd never new news next nice nicely nifty night no noise noted nothing notice nuff obliged
    obviously odd offence offense oi okay okayish one ones onto onward oops opened outside outta page pal pants
    part partner patience patient payday peace peachy perfectly perhaps pfft phenomenal phewww piece ping
    pity pleasant please pleased pleasing pleasure plot plus point posh possibly pour pouring precisely pretty
    previous prob probably problem problems proceed progress promise proud psst pun punny quack quick quickly quiet
    quite rad rain rained raining rains rainy rather reach read reading reads ready real realise realize really
    reboot recharge reckon relax relief reload remarkable reply reset respect respectable response rest riddle
    riddles right ringing rise riveting robot rock rocks rough rubbish run running rush sad sanity sarcasm sarky
    satisfying saturday saturdays save saved saves say saying scary screen scrolling sec second seconds see seems
    send sense sent seriously set shame shattered shiny shocked shocking short shower shush shut sick side sigh
    silly simple sip sir skip slay sleep sleepy slept slow small smart smashing smile smooth smoothly snap sneaky
    sneeze snooze snoring snow snowed snowing snowy soaked solid solved son soon sort sorted sounded sounds soz
    speechless spiffing splendid spoke spooky spot spring stands star start started starting starving stay stellar
    step sticky stoked stonking stoop stop storm stormy story strange stretch stuck stuff stunning stupid
    sublime succinct suits summary sun sunday sundays sunny sunshine super superb superbly surprise surprised
    surprising swear sweating sweet swell sweltering swift swiftly switching tad tah take talk talking tell
    terrible terrific test testing that'll there they're thing things think thinks thirsty thorough though thought
    thoughtful thrilled thunder thunderstorm thursday thursdays tick tidy tight time times tired toast today
    together toilet tomorrow ton tongue tonight tons top topic tops total totally touche touching touché tough
    tracks traffic tremendous tricky tried true truly try trying tuesday tuesdays tuned turn tut twist type typed
    typing typo typos ugly unbelievable understand understood unexpected unfortunately universe unreal upbeat
    update useful vibe vibes vip wack wait walk walked walking want wanted warm way we'll weather wednesday week
    weekend weekends weird well wet what's whatever whenever whew whoop wicked wild win wind window windy wise wish
    witty woke won't wonderfully wonderous wonders word work worked works worries worry worst would wowza wowzers
    wrap write writing wrong yawn yawning year yesss yet yonks you'll you're you've younger yummy yup zany zip
    zoned zonked
    """.split()  # noqa: SIM905 -- as above
)
_PHRASES = re.compile(
    r"\b(?:how(?:'s| is| are| was| have| do)\b(?: (?:it|things|everything|life|you|your|u|been|do|doing|going|day"
    r"|weekend|morning|evening|night|feeling|today|all|there|this|so|far|the))+|what(?:'s| is) (?:up|new|good|going on)"
    r"|are you (?:still )?(?:there|ok|okay|real|ready|sure|here)|long time no see|anybody (?:there|home)"
    r"|(?:can|do) you (?:hear|help|read) me|you (?:there|ok|sure|ready)|really|seriously|pardon|ready|(?:come|say"
    r" that) again|(?:can|could) you (?:repeat|say) that(?: again)?|shall we(?: \w+)?|is that (?:so|right|true)"
    r"|what do you mean|why not|what now|anything else|so what|who knows|any(?:one|body) (?:there|around|home|here)"
    r"|are you \w+|what an? \w+|what the \w+)\b"
    r"(?=\W*(?:today|then|my friend|mate|buddy)?\W*$)"
    r"|\b(?:my (?:bad|pleasure|god|goodness|friend|apologies|fault)|oh my|on my way|made my day|cats and dogs"
    r"|(?:saved?|saving) my \w+|and you"
    r"|a lot|doing today|go on|got it|makes sense|never mind|no problem|no way|of course|to meet you|well done)\b",
    re.IGNORECASE,
)
"""Of words that alone may be what a question is about: "What was the problem?"."""
_EXCLAIMS = re.compile(
    r"^\W*(?:(?:oh|wow|ah|well|man) )*"
    r"(?:what (?:an?|lovely|nice|great|good|bad|awful|horrible|beautiful|gorgeous"
    r"|terrible)"
    r"|how (?:nice|cool|great|lovely|funny|sweet|kind|weird|odd|strange|sad|awesome|cute|interesting))\b"
    r"(?!.*[?？])"
    r"|\b(?:who's|who is|you're|what) a (?:good|bad|clever|smart)\b"
    r"|\bdo you (?:ever get|like being|dream|have feelings)\b"
    r"|\btell me (?:a|another) (?:joke|riddle|story|pun)\b|\bknock knock\b"
    r"|\bis th(?:is|at) (?:thing )?(?:on|working)\b",
    re.IGNORECASE,
)
"""Has the words of a question and asks for nothing that was said."""
_ASKS = re.compile(
    r"[?？]|^\W*(?:and |so |but |ok |okay |hey |hi |lol |yes |great |thanks )*(?:what|who|whom|whose|where|when|which"
    r"|why|how|did|does|do i|is my|are my|was|were|remind me)\b|\btell me (?:about|what|who|where|when|how)\b",
    re.IGNORECASE,
)
_REQUESTS = re.compile(
    r"(?:^|[.,;!]|\b(?:and|then|now|please|you|to|me|hey|ok|okay|so)\b)\W*(?:re)?(?:book|plan|draft|order|suggest"
    r"|recommend|find|show|list|summari[sz]e|compare|schedule|buy|pick|choose|translate|prepare|remember|look up|search"
    r"|write an?|continue with|update the|help (?:me|us) \w+|give me the|send the)\b"
    r"|\bi (?:want|need|would like|plan|hope) to\b|\bi'd like\b|\babout (?:the|that|an?)\b|\bthe (?:same|usual)\b",
    re.IGNORECASE,
)
_OWN = re.compile(r"\b(?:my|our|his|her|their)\b", re.IGNORECASE)
"""What is somebody's was spoken of: "my allergies"."""
_NAME = re.compile(r"(?<=[a-z,] )(?!I\b)[A-Z][a-z]{2,}")
"""A capital inside a sentence."""
_THANKS = re.compile(
    r"\b(?:thanks|thank (?:you|u|ya)|thx|ty|cheers|merci|danke|gracias|sorry|grateful|apprecia\w+)\b"
    r"|^\W*(?:have an?|have fun|enjoy)\b",
    re.IGNORECASE,
)
_NOD = re.compile(
    r"\W*(?:hi|hello|hey|ok|okay|yes|yeah|no|nah|oh|ah|wow|lol|lmao|haha+|cool|nice|great|sure|just|so|too|very|holy"
    r"|who|ugh|omg|well|alright|right|whoops|oops|evening|morning|afternoon|happy|bye|later|brb|gotta|gonna|can't"
    r"|let me|back (?:in|to|again)|be right|get (?:out|outta)|take (?:it|care)|see (?:you|ya)|time (?:to|for)"
    r"|need (?:some|more)|off to|what an?|what the)\b(?!\W*$)",
    re.IGNORECASE,
)
_REMARK = re.compile(r"\b(?:it|that|that's|this|it's|i|i'm|i'll|we're|you|you're|we)\b", re.IGNORECASE)
"""How thanks, nods and remarks are made, in which a few words more are no question: "nailed it", "I'm tired"."""
_MOST_WORDS = 8
"""Longer than this, a message says something, whatever its words."""
_REPEATED = re.compile(r"(.)\1*|(?:ha|he|lo|hi|as|df|sd|jk)+h?|[bcdfghjklmnpqrstvwxz]{5,}|qwert\w*", re.IGNORECASE)


def is_small_talk(text: str) -> bool:
    """Whether nothing in the text could be looked for."""
    return not unknown_words(text) if asks(text) else len(unknown_words(text)) <= _allowed(text)


def asks(text: str) -> bool:
    """Whether a text asks, requests, names somebody or speaks of what is somebody's; or is long."""
    rest = _rest(text)
    if _ASKS.search(rest) or _REQUESTS.search(rest) or _NAME.search(rest):
        return True
    return not _THANKS.search(text) and bool(_OWN.search(rest) or len(terms(rest)) > _MOST_WORDS)


def unknown_words(text: str) -> list[str]:
    """The words that are not those of small talk; of what asks for something, few are."""
    small = _ALWAYS if asks(text) else _ALWAYS | _UNLESS_ASKED
    return [
        word
        for word in terms(_rest(text))
        if not (word in small or _stretched(word) in small or _REPEATED.fullmatch(word))
    ]


def is_remark(text: str) -> bool:
    """Whether a text asks for nothing and is small talk in part: it says "that's" or "wow", or thanks for something."""
    opens = _THANKS.search(text) or _NOD.match(text) or _REMARK.search(text)
    return not asks(text) and bool(opens or _ALWAYS.intersection(terms(text)))


def _rest(text: str) -> str:
    return _PHRASES.sub(" ", _EXCLAIMS.sub(" ", text))


def _allowed(text: str) -> int:
    """How many words beside those of small talk what asks for nothing may hold."""
    return 3 if _THANKS.search(text) else 1 if is_remark(text) else 0


def _stretched(word: str) -> str:
    """The word as it is spelt: "yaaay" is "yay", "sooo" is "so"."""
    return re.sub(r"(.)\1{2,}", r"\1", word)
