"""What each named feature and each phrase says for a standing instruction, or against it. Data only, fitted.

`tests/bench/standing_instructions.py --fit` prints it anew. Log odds: 0.7 doubles them, -0.7 halves them.
"""

from __future__ import annotations

FEATURES: dict[str, float] = {
    "bias": -2.0,
    "saying": 0.3,
    "doing": 0.4,
    "task": -0.5,
    "refused": 0.4,
    "later order": 0.3,
    "later saying": 0.4,
    "order of oneself": 0.4,
    "asks": 0.3,
    "lasting": 0.6,
    "lasting order": 1.2,
    "lasting wish": 0.7,
    "onward order": 0.6,
    "case": 0.3,
    "order for a case": 0.3,
    "told for a case": -0.9,
    "answers": 0.1,
    "each answer": 0.4,
    "style": 0.5,
    "manner": 0.6,
    "manner twice": 0.8,
    "the manner": 0.4,
    "manner of a thing": -0.5,
    "wish about answers": 0.3,
    "other wish": -0.9,
    "subject": -1.0,
    "nothing asked": -0.6,
    "role": 0.6,
    "named": 0.8,
    "to me": 0.8,
    "me": 0.4,
    "once": -1.4,
    "once word": -0.8,
    "pointed": -0.7,
    "the": -0.1,
    "work": -0.7,
    "number": -0.1,
    "told": -0.5,
    "colon": -0.2,
    "question": -1.3,
    "asks what": -0.5,
    "quotes": 0.7,
    "others": -0.1,
    "others' words": -0.3,
    "given": -0.4,
    "given elsewhere": -0.6,
    "after a request": -1.5,
    "question after": -1.2,
    "length": 0.2,
}
PHRASES: dict[float, str] = {
    1.3: """SAY""",
    1.2: """be""",
    1.1: """,_so""",
    0.9: """less""",
    0.8: """MANNER as so that""",
    0.7: """NOT QUOTED only please recipe would""",
    0.6: """,_DO ANSWER CASE DO_my EVER MANNER_first first guessing please_, too with with_me""",
    0.5: """DO_EVER DO_YOU SAY_QUOTED SAY_TOLD SAY_my START_MANNER TASK_, THIS_YOU before can_TOLD first_END
    for_EVER here metric per problems read should_DO straight thing with_the""",
    0.4: """,_MANNER DO_ANSWER DO_SAY DO_for DO_in LANGUAGE LANGUAGE_END MANNER_DO MANNER_END MANNER_WISH NOT_SAY
    SAY_END THIS_END YOU_DO ask called dr end everything for_NUMBER from from_NOW in_ANSWER keep language
    me_END me_as names not of of_EVER of_a on_END one point pronouns stick than the_MANNER them_END to_SAY
    want when year you""",
    0.3: """,_EVER ,_NOT ,_please ANSWER_END DO_MANNER DO_THIS DO_with EVER_YOU EVER_of MANNER_, NOT_MANNER NOT_TASK
    NOT_WISH NOW_on SAY_, START_could START_for STYLE STYLE_ANSWER STYLE_END TASK_YOU WISH_MANNER WISH_a
    WISH_the WISH_to YOU_ANSWER YOU_SAY anything for_me i i'd_WISH i'm_a in_LANGUAGE know me_CASE mention
    of_THIS on_the our over paragraphs rather recommend replies sure the_DO to_me use way we what_i whenever
    with_a""",
    0.2: """DO_the EVER_SAY EVER_i MANNER_CASE SAY_YOU START_NOT TOLD_DO WISH YOU_NOT a_WORK assume go i_SAY i_TASK
    it show things tone two""",
    0.1: """, CASE_i MANNER_in YOU all i'm i_DO in""",
    -0.1: """DO START_EVER TASK my""",
    -0.2: """: DO_STYLE NUMBER_MANNER SAY_THIS START_CASE START_THIS START_YOU START_i'd STYLE_with THIS_MANNER
    WISH_CASE can_YOU for_the give last on_NOW prefer second to your""",
    -0.3: """,_SAY ,_what DO_TOLD MANNER_i NOW_, NOW_END NUMBER SAY_a START_TOLD START_i TOLD TOLD_in TOLD_to a
    about_the are can day do_i feel for_a have is list long love me_, me_a new of_the questions spelling
    tell the_NOW the_WORK there to_DO to_MANNER where words""",
    -0.4: """CASE_YOU DO_, DO_a DO_me DO_up MANNER_: MANNER_of NOT_DO SAY_NUMBER SAY_for SAY_me START_SAY START_TASK
    STYLE_MANNER TASK_the THIS WISH_EVER being call check error explain going hard help i'll kind let line
    my_boss need says some table team translate try up yourself""",
    -0.5: """,_TOLD ,_my :_DO DO_DO EVER_DO NOW NUMBER_END SAY_the TOLD_EVER TOLD_TOLD and by do dog good great
    i_TOLD in_NUMBER in_the into or so_i step three was what who with_YOU""",
    -0.6: """START_the YOU_END but""",
    -0.7: """? ?_END about always never this""",
    -0.8: """YOU_WISH and_DO answer time""",
}
"""A weight, and the words and pairs of words that have it; a word in capitals is a kind of word, START or END."""
