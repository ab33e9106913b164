"""Which of ten memories does a newer statement make untrue? Run by hand.

    uv run --group dev python tests/bench/memory_updates.py

Prints, for each half of the pairs: the share of updates whose old memory is found among ten of the same person
(replaced at once, or asked about), and the share of new statements that wrongly replace one of ten others. The baseline takes the memory with the most words in common, always. Everything
in PAIRS and BESIDE was made up for this, and the misses of both halves were read while the rules were made: of 40
pairs written afterwards .875 were found, where the baseline found .950.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from agentmem_cli.memories.conflict import find_conflict
from agentmem_cli.memories.sameness import plain_text
from agentmem_cli.records import Memory

TEN = 10
AROUND = 7
# ruff: noqa: E501 -- a line holds what belongs together
PAIRS = """
Works at Acme => Works at Globex
Works as a nurse at St. Mary's => Works as a nurse at City Hospital
Works in retail => Now works in banking
Works as a junior developer => Was promoted to senior developer
Job is teaching maths => Job is leading the maths department
Boss is Karen => Boss is Miguel
Manager is called Priya => Manager is called Tom
Works from the office every day => Now works from home three days a week
Works night shifts => Switched from night shifts to day shifts
Salary is 60,000 a year => Salary is 72,000 a year
Team has five people => Team has eight people
Works part-time => Now works full-time
Is unemployed => Just started working at Initech
Joined Globex in 2021 => Left Globex to join Hooli
Is a freelance designer => No longer freelances as a designer
Lives in Oslo => Lives in Bergen
Lives in a flat in Leeds => Moved to a house in York
Is based in Berlin => Relocated to Vienna
Lives with two roommates => Now lives alone
Rent is 900 euros a month => Rent is 1,050 euros a month
Lives at 12 Elm Street => Lives at 48 Oak Avenue
Lives with parents => Moved out and lives with a partner
Home is in Austin => Moved from Austin to Denver
Rents an apartment => Bought an apartment instead of renting
Landlord is Mr. Hughes => Landlord is Mrs. Patel
Is vegetarian => Is vegan
Is vegan => No longer vegan
Eats meat => Doesn't eat meat anymore
Follows a keto diet => Stopped the keto diet
Drinks three coffees a day => Drinks one coffee a day
Drinks coffee every morning => Switched from coffee to green tea
Drinks oat milk => Drinks almond milk now instead of oat milk
Doesn't drink alcohol => Started drinking alcohol again
Eats out twice a week => Eats out once a month
Is lactose intolerant => Is no longer lactose intolerant
Breakfast is porridge => Breakfast is a smoothie
Favourite colour is blue => Favourite colour is green
Favorite food is pizza => Favorite food is ramen
Favourite band is Muse => Favourite band is now Radiohead
Favourite author is Le Guin => Favourite author is Ishiguro
Favourite film is Alien => Favourite film is Arrival
Favourite season is summer => Favourite season is autumn
Loves spicy food => Hates spicy food
Likes running => No longer likes running
Prefers tea over coffee => Prefers coffee over tea
Prefers window seats => Prefers aisle seats over window seats now
Prefers short answers => Prefers long answers now
Prefers emails to calls => Prefers calls to emails
Dislikes mushrooms => Likes mushrooms now
Loves horror movies => Can't stand horror movies anymore
Uses Vim as an editor => Uses Neovim as an editor
Uses Vim => Switched from Vim to Emacs
Uses Python 3.8 at work => Uses Python 3.12 at work
Uses Windows => Moved from Windows to Linux
Uses Chrome as the main browser => Uses Firefox as the main browser
Phone is an iPhone 12 => Phone is a Pixel 9
Laptop is a ThinkPad => Replaced the ThinkPad with a MacBook
Uses Notion for notes => Uses Obsidian for notes
Uses Slack at work => The team dropped Slack for Teams
Uses MySQL in production => Migrated from MySQL to Postgres and changed production
Uses Spotify for music => Cancelled Spotify
Writes JavaScript => Writes TypeScript instead of JavaScript
Is single => Is dating Anna
Is dating Anna => Is engaged to Anna
Is engaged to Tom => Is married to Tom
Is married => Is divorced
Girlfriend is called Lisa => Broke up with Lisa
Wife is called Anna => Ex-wife is Anna; wife is now called Maria
Husband works at Google => Husband works at Amazon
Sister lives in Paris => Sister lives in Madrid
Best friend is Omar => Best friend is Julia now
Brother is unemployed => Brother started a new job and is no longer unemployed
Has two kids => Has three kids
Has one cat => Has two cats
Has a dog called Rex => No longer has the dog Rex
Son is 4 years old => Son is 5 years old
Daughter goes to Hill Primary School => Daughter changed from Hill Primary School to Lake School
Has 12 employees => Has 20 employees
Has read 10 books this year => Has read 14 books this year
Has tried four Korean restaurants => Has tried seven Korean restaurants
Personal best 5K time is 27:12 => Personal best 5K time is 25:50
Owns 25 vinyl records => Owns 40 vinyl records
Weighs 82 kg => Weighs 78 kg
Is 34 years old => Is 35 years old
Follower count is 1,300 => Follower count is 1,600
Goes to the gym twice a week => Goes to the gym four times a week
Runs 5 km every morning => Runs 10 km every morning
Wakes up at 7:30 => Wakes up at 6:00
Goes to bed at midnight => Goes to bed at 10 pm
Sees the therapist every two weeks => Sees the therapist every week
Team meeting is on Monday => Team meeting is on Thursday
Dentist appointment is on Tuesday => Dentist appointment was moved to Friday
Has piano lessons on Wednesdays => Has piano lessons on Saturdays
Flight to Rome is at 9 am => Flight to Rome is at 2 pm
Exam is on June 3 => Exam is on June 10
Yoga class starts at 18:00 => Yoga class starts at 19:00
Calls mother on Sundays => Calls mother on Fridays
Wedding is on 12 May => Wedding was postponed to 8 September
Standup is at 9:15 => Standup is at 10:00
Drives a Honda Civic => Drives a Tesla
Drives a Golf => Sold the Golf
Owns a boat => Sold the boat
Owns a red bicycle => Got rid of the red bicycle
Car is a Ford Focus => Car is a Skoda Octavia
Commutes by train => Commutes by bike
Commute is 40 minutes => Commute is 15 minutes
Bank is Barclays => Bank is Monzo
Has a gym membership at FitLife => Cancelled the gym membership at FitLife
Subscribes to the New York Times => Cancelled the New York Times
Takes 20 mg of lisinopril daily => Takes 40 mg of lisinopril daily
Takes ibuprofen for the back pain => Stopped taking ibuprofen
Blood pressure is 140 over 90 => Blood pressure is 125 over 80
Smokes => Quit smoking
Smokes ten cigarettes a day => Smokes five cigarettes a day
Is pregnant => Is no longer pregnant
Doctor is Dr. Lee => Doctor is Dr. Shah
Has a broken ankle => The broken ankle is no longer broken
Is training for a half marathon => Is training for a full marathon now
Is learning Spanish => Stopped learning Spanish
Is learning French on Duolingo => Switched from French to Italian on Duolingo
Goal is to lose 5 kg => Goal is to lose 8 kg
Wants to visit Japan in spring => Wants to visit Japan in autumn
Is saving for a car => Is saving for a house instead of a car
Plans to retire at 60 => Plans to retire at 65
Budget for the kitchen is 8,000 => Budget for the kitchen is 11,000
Is reading Dune => Is reading Emma
Studies biology => Changed major from biology to chemistry
Major is economics => Major is statistics
Is writing a novel => Gave up writing the novel
Trip to Norway is in July => Trip to Norway is in August
Wants to be called Sam => Wants to be called Samantha
Name is Anna Berg => Name is Anna Lund
Email is anna@old.example => Email is anna@new.example
Thesis deadline is March 1 => Thesis deadline is April 15
Is planning a beach wedding => Changed the plan from a beach wedding to a garden wedding
Keeps old sneakers under the bed => Moved the old sneakers from under the bed to the shoe rack
Answer in German => From now on answer in English
Keep answers short => Keep answers long and detailed from now on
Project deadline is Friday => Project deadline is Monday
Guitar teacher is Mr. Cole => Guitar teacher is Ms. Ito
"""
"""A memory, and the newer statement that makes it untrue."""

BESIDE = """
Likes tea | Likes coffee | Likes milk | Likes dark chocolate | Likes chocolate cake
Is allergic to peanuts | Is allergic to cats | Is allergic to penicillin | Is allergic to pollen
Speaks French | Speaks Spanish | Speaks some German | Speaks English at home
Favourite colour is blue | Favourite food is pizza | Favourite film is Alien | Favourite city is Rome
Has a dog called Rex | Has a cat called Tom | Has a parrot called Kiwi | Has a dog called Luna too
Lives in Oslo | Sister lives in Paris | Brother lives in Madrid | Parents live in Bergen | Lives with two cats
Works at Acme | Works from home on Fridays | Wife works at Globex | Volunteers at the library | Also works at a bar on weekends
Wife is called Anna | Daughter is called Ida | Son is called Max | Boss is called Priya | Best friend is called Omar
Son is 4 years old | Daughter is 7 years old | Is 38 years old | Dog is 3 years old | Has two kids
Uses Python | Uses Postgres | Uses Docker | Uses Vim for notes | Uses a standing desk
Drives a Honda | Rides a bicycle | Owns a boat | Owns a cabin | Wife drives a Tesla
Plays the guitar | Plays chess | Plays football on Sundays | Plays the piano | Used to play the drums
Is learning Rust | Is learning to cook | Is training for a marathon | Is saving for a house
Wants to visit Japan | Wants to learn Spanish | Wants to run a marathon | Wants to read more | Wants to quit smoking
Went to Rome last week | Went to Paris in May | Visited Japan in 2019 | Went to Oslo last year | Flew to Madrid on Friday
Has a dentist appointment on Tuesday | Has a meeting with Tom on Tuesday | Has an exam on June 3 | Has a flight on Friday
Exam is on June 3 | Birthday is on June 3 | Wedding is on May 12 | Flight to Rome is on May 2
Always answer in German | Never use emojis | Keep answers short | Use metric units | Call them Sam
Doesn't eat pork | Doesn't drink alcohol | Doesn't like coriander | Doesn't eat shellfish | Is vegetarian
Has asthma | Has migraines | Has type 1 diabetes | Is left-handed | Has high blood pressure
Takes 20 mg of lisinopril daily | Takes 10 mg of cetirizine in summer | Takes vitamin D every morning | Takes the bus to work
Goes to the gym twice a week | Goes swimming once a week | Goes to church on Sundays | Goes to the cinema every month
Loves hiking | Loves jazz | Loves Thai food | Loves walking the dog | Now loves jazz and blues
Hates long meetings | Hates small talk | Hates early mornings | Hates flying
Is a nurse | Is a mother of two | Is a morning person | Is a member of the choir | Is a Liverpool fan
Studied biology in Leeds | Studies law in the evening | Sister studies medicine | Is writing a thesis on bees
Owns 25 vinyl records | Owns 3 guitars | Owns 200 books | Owns 12 house plants
Just started working on a garden | Just started a book club | Just started baking bread | Just started piano lessons
Moved the sofa to the bedroom | Painted the kitchen green | Bought a new fridge | Bought a new lamp
Prefers tea over coffee | Prefers trains over planes | Prefers cats over dogs | Prefers window seats
Rent is 900 a month | Electricity is 80 a month | Salary is 4,000 a month | Phone bill is 30 a month
Reads the Guardian | Reads science fiction | Reads to the kids every night | Reads on a Kindle
Team has five people | Team meets on Monday | Team is in London | Team uses Slack
Project deadline is Friday | Tax deadline is in April | Thesis deadline is in June | Project is called Falcon
Phone is an iPhone | Laptop is a ThinkPad | Camera is a Nikon | Car is a Golf
Mother is a teacher | Father is a farmer | Mother is from Chile | Father lives in Lima | Grandmother is 90
Wakes up at 6:30 | Starts work at 9 | Goes to bed at 11 | Has lunch at noon | Picks up the kids at 4
Bought a new bike | Now has a new desk at work | Got a new haircut | Has a new neighbour called Finn
Grew up in Leeds | Was born in Manchester | Is from England | Went to school in York
Collects stamps | Collects coins | Collects old maps | Collects comic books
Runs 5 km every morning | Swims 1 km every Friday | Cycles 40 km every Sunday | Walks 8,000 steps every day
No longer smokes | No longer works nights | No longer eats sugar | No longer uses Facebook
Started learning the cello | Started therapy in May | Started a blog about bees | Started a vegetable garden
Fact number 1 of many | Fact number 2 of many | Fact number 3 of many | Fact number 4 of many
Likes tea number 4 | Likes tea number 9 | Likes tea number 12 | Likes tea 3 | Likes tea 5
Has a sister in Rome | Has a brother in Lyon | Has an aunt in Kyiv | Has a friend in Lagos
Trip to Norway is in July | Trip to Japan is in spring | Conference in Oslo is in July | Holiday starts in July
Met Omar in college | Met Anna in Rome | Met the mayor in 2018 | Omar is a doctor
Subscribes to the New York Times | Subscribes to Netflix | Subscribes to a wine club | Cancelled the old insurance
Gym is in the basement | Office is on the third floor | Dentist is on Main Street | Bank is next to the park
Boss likes golf | Boss is from Texas | Boss is called Karen | Boss plays tennis
Daughter plays football | Daughter likes drawing | Daughter has a nut allergy | Daughter goes to Hill School
Uses Spotify for music | Uses Notion for notes | Uses Zoom for calls | Uses YNAB for budgeting
Cooks on Sundays | Cleans on Saturdays | Does yoga on Mondays | Sees the band on Thursdays
Speaks at a conference in May | Speaks softly | Gave a talk on bees | Gives blood twice a year
"""
"""On each line, statements that are all true at once."""


def main() -> None:
    """Measure and print."""
    pairs = [tuple(line.split(" => ")) for line in PAIRS.strip().splitlines()]
    groups = [line.split(" | ") for line in BESIDE.strip().splitlines()]
    print(f"{len(pairs)} updates, {sum(len(each) * (len(each) - 1) // 2 for each in groups)} pairs that are none")
    for name, half in (("one half", 0), ("the other", 1)):
        found, asked = superseded(pairs[half::2], [old for old, _ in pairs])
        print(f"\n{name}: the right one of {TEN}    rules {found + asked:.3f} (at once {found:.3f})", end="")
        print(f"    most words in common {baseline_found(pairs[half::2], [old for old, _ in pairs]):.3f}")
        wrong, wrongly_asked = wrongly_superseded(groups[half::2], groups)
        print(f"{name}: falsely superseded      rules {wrong:.4f} (asked about {wrongly_asked:.4f})", end="")
        print("    most words in common 1.000")


def superseded(pairs: list[tuple[str, ...]], others: list[str], *, show: bool = True) -> tuple[float, float]:
    """(replaced at once, asked about): shares of the pairs whose old memory is picked among ten."""
    found = asked = 0
    for old, new in pairs:
        conflict = find_conflict(new, new, ten(old, new, others))
        right = conflict is not None and conflict.memory.text == old
        found += bool(right and conflict and conflict.sure)
        asked += bool(right and conflict and not conflict.sure)
        if show and not right:
            print(f"  missed: {old} => {new}   {conflict.memory.text if conflict else ''}")
    return found / len(pairs), asked / len(pairs)


def baseline_found(pairs: list[tuple[str, ...]], others: list[str]) -> float:
    """The share with the rule "the memory with the most words in common"."""
    return sum(most_alike(new, ten(old, new, others)) == old for old, new in pairs) / len(pairs)


def wrongly_superseded(groups: list[list[str]], all_groups: list[list[str]]) -> tuple[float, float]:
    """(replaced, asked about) among the statements that make nothing untrue, each beside ten memories."""
    replaced = asked = cases = 0
    for old, new in pairs_beside(groups):
        others = [random.Random(old + new).choice(group) for group in all_groups if new not in group]  # noqa: S311 -- a sample
        conflict = find_conflict(new, new, ten(old, new, others))
        cases += 1
        replaced += bool(conflict and conflict.sure)
        asked += bool(conflict and not conflict.sure)
        if conflict:
            print(f"  {'wrong' if conflict.sure else 'asked'}: {conflict.memory.text} => {new}")
    return replaced / cases, asked / cases


def pairs_beside(groups: list[list[str]]) -> Iterator[tuple[str, str]]:
    """Every two statements of a group, the second as the newer one."""
    for group in groups:
        for place, old in enumerate(group):
            for new in group[place + 1 :]:
                yield old, new


def ten(old: str, new: str, others: list[str]) -> list[Memory]:
    """Ten memories of one person: the old one and nine others, none of them from the lines around it.

    PAIRS goes through a life topic by topic, and nobody is single, engaged and divorced at once.
    """
    chosen = random.Random(old + new)  # noqa: S311 -- a sample, the same in every run
    place = others.index(old) if old in others else -AROUND
    far = [each for number, each in enumerate(others) if abs(number - place) > AROUND]
    texts = [old, *chosen.sample(far, TEN - 1)]
    chosen.shuffle(texts)
    return [memory(text, number) for number, text in enumerate(texts)]


def memory(text: str, number: int) -> Memory:
    """An active memory."""
    return Memory(str(number), "sarah", text, "fact", [], "active", text, None, None, 1, 1, 1, False, None, None)


def most_alike(new: str, memories: list[Memory]) -> str:
    """The text with the most words in common, by Jaccard."""
    asked = set(words(new))
    return max(memories, key=lambda each: len(asked & set(words(each.text))) / len(asked | set(words(each.text)))).text


def words(text: str) -> list[str]:
    """Plain words."""
    return plain_text(text).split()


if __name__ == "__main__":
    main()
