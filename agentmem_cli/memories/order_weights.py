"""What each named feature and each phrase says for a standing instruction, or against it. Data only, fitted.

`tests/bench/standing_instructions.py --fit` prints it anew. Log odds: 0.7 doubles them, -0.7 halves them.
"""

from __future__ import annotations

FEATURES: dict[str, float] = {
    "bias": -2.9,
    "saying": 0.6,
    "doing": 0.2,
    "task": -0.4,
    "refused": 0.5,
    "later order": 0.3,
    "later saying": 0.5,
    "order of oneself": 0.6,
    "asks": 0.5,
    "lasting": 0.7,
    "lasting order": 1.2,
    "lasting wish": 0.6,
    "onward order": 0.6,
    "case": 0.5,
    "order for a case": 0.4,
    "told for a case": -0.9,
    "answers": 0.1,
    "each answer": 0.3,
    "style": 0.4,
    "manner": 0.9,
    "manner twice": 1.0,
    "the manner": 0.4,
    "manner of a thing": -0.5,
    "wish about answers": 0.2,
    "other wish": -0.9,
    "subject": -1.2,
    "nothing asked": -0.6,
    "role": 0.5,
    "named": 0.6,
    "to me": 0.8,
    "me": 0.5,
    "once": -1.6,
    "once word": -1.1,
    "pointed": -0.7,
    "the": -0.2,
    "work": 0.2,
    "number": -0.2,
    "told": -0.9,
    "colon": -0.3,
    "question": 0.2,
    "asks what": -0.5,
    "quotes": 0.8,
    "others": -0.1,
    "others' words": -0.2,
    "given": -0.3,
    "given elsewhere": -0.8,
    "after a request": -1.6,
    "question after": -1.0,
    "length": 0.2,
}

PHRASES: dict[float, str] = {
    1.5: """SAY""",
    1.2: """,_so be so""",
    1.1: """MANNER""",
    0.9: """that""",
    0.8: """EVER QUOTED as less please recipe""",
    0.7: """,_DO ANSWER MANNER_first NOT first_END would""",
    0.6: """CASE DO_SAY NOW_on SAY_TOLD YOU_SAY for_EVER from from_NOW guessing to_SAY want with""",
    0.5: """,_MANNER DO_YOU DO_in EVER_i START_MANNER START_NOT TASK_, WISH_the ask can_TOLD clock first here
    i'd_WISH metric names only per please_, problems pronouns should_DO straight than thing too we with_me""",
    0.4: """,_EVER ,_please DO_ANSWER DO_EVER DO_for DO_my MANNER_, MANNER_DO MANNER_END MANNER_WISH NOT_MANNER
    NOT_SAY NOT_the SAY_, SAY_QUOTED SAY_my START_DO STYLE STYLE_ANSWER TASK_up THIS_END THIS_YOU TOLD_NOT TOLD_WISH
    WISH WISH_MANNER YOU_ANSWER YOU_DO YOU_NOT before dr emojis exclamation for_NUMBER guess in_ANSWER in_LANGUAGE
    keep me_END me_as mention not of_THIS of_a on_END on_the our paragraphs point rather read sure the_MANNER
    the_NUMBER things to_me use wait way what_i when with_the you""",
    0.3: """ANSWER_should DO_MANNER DO_of DO_with EVER_SAY EVER_YOU LANGUAGE MANNER_to NOT_TASK NOT_WISH SAY_CASE
    STYLE_? STYLE_END STYLE_from TASK_YOU THIS_, THIS_ANSWER TOLD_QUOTED TOLD_for WISH_a WISH_to WORK_, YOU_TOLD
    and_the any anything around assume colour conclusion each end everything for i'm_a i_TASK important is_THIS it
    language marks my_MANNER of of_EVER please_END please_EVER recommend replies rule show so_DO the_DO whenever
    with_QUOTED work_in year""",
    0.2: """, ANSWER_STYLE CASE_i DO DO_the LANGUAGE_END SAY_END SAY_YOU SAY_i SAY_to START_STYLE START_could
    START_do START_for YOU_TASK after all at_the book cite find future german i i_DO i_SAY in like my_DO numbers one
    over page python ten them_END tone with_a""",
    0.1: """MANNER_MANNER MANNER_please START_YOU START_please WORK YOU could for_me go i_WISH in_MANNER just me_the
    should""",
    -0.1: """DO_END MANNER_and START_TASK TASK WISH_YOU at how on out to""",
    -0.2: """,_i DO_TASK DO_TOLD MANNER_for NOW_, NUMBER_MANNER SAY_EVER SAY_THIS SAY_a SAY_me START_SAY START_THIS
    START_i'm START_my TASK_a TOLD WISH_, WISH_CASE a_MANNER allergic allergic_to an are back can_YOU do_i give
    how_do i'd i'm_DO i'm_allergic i_NOT in_THIS in_my last list love more need new nothing or people right second
    short shorter sign simple the_ANSWER the_NOW the_SAY the_first to_nuts word your""",
    -0.3: """,_what : DO_? EVER_DO MANNER_QUOTED NOT_worry SAY_the START_EVER START_i'd THIS_MANNER TOLD_STYLE
    TOLD_TOLD TOLD_a TOLD_me TOLD_the TOLD_to WISH_END WISH_EVER WORK_NUMBER YOU_END a again and anymore app been by
    by_MANNER coffee come convert date day do do_YOU door emails first_MANNER for_a for_the get him i'm_WISH
    in_STYLE landlord late letter look me_, me_a my_ANSWER of_the oslo tabs text thanks the_WORK the_last worry
    worry_about""",
    -0.4: """,_and ,_the ANSWER_in DO_DO DO_me DO_up MANNER_TOLD MANNER_i MANNER_of NOT_DO NOW_END NUMBER SAY_NUMBER
    SAY_for START_the TASK_the THIS TOLD_in WISH_what about_the explain good great he hurry i_TOLD is joke land let
    line matter me_about on_MANNER on_NOW says spelling step tell to_TASK translate yes""",
    -0.5: """:_DO CASE_YOU DO_, DO_NOT DO_a MANNER_: NUMBER_END START_i STYLE_MANNER TOLD_EVER but check dog error
    gets going i'll in_NUMBER in_an me_sam my_boss prefer sam table three up what""",
    -0.6: """,_TOLD ,_my NOW SAY_STYLE about always and_DO have me_EVER was who""",
    -0.7: """? ?_END answer call i'd_SAY in_the never time""",
    -0.8: """YOU_WISH this""",
}
