"""Which messages are standing orders, for every answer and not for one? Run by hand.

    uv run --group dev python tests/bench/standing_instructions.py

Prints the share of standing instructions that the rules capture and the share of other messages on which they fire,
beside the baseline "whatever begins with always, never, don't, from now on or please". All of it was made
up for this, and both halves were seen while the rules were made: before that .515 and .585 were captured.
"""

from __future__ import annotations

import re

from agentmem_cli.memories.rules import capture_by_rules

STANDING = """
From now on answer in French
From now on, reply only in Spanish
Keep it short from here on
Going forward, give me the code only
In future, skip the introduction
In the future please cite your sources
Starting today, call me Captain
From today, write dates as YYYY-MM-DD
For all future answers, use bullet points
For the rest of our chats, be blunt
Always answer in German
Always show the command before explaining it
Always give prices in euros
Always ask before deleting files
Always use Python 3 syntax
Please always include units
You should always double-check the maths
I want you to always explain your reasoning
Make sure to always mention the source
Make sure you always add type hints
Never use emojis
Never apologise
Never suggest restaurants with meat
Please never call me mate
You must never share my address
Never recommend sugary drinks to me
Don't use tables
Do not use bullet points
Don't ever use exclamation marks
Don't use emojis in your answers
Please don't use jargon
Don't apologise so much
Don't start your answers with "Sure"
Don't end with a question
Don't ask me follow-up questions
Don't give me disclaimers
Don't repeat my question back to me
Don't lecture me about safety
Don't be so formal with me
Don't sugarcoat things for me
Stop using emojis
Stop apologising
Stop saying "great question"
Stop calling me sir
Stop adding summaries at the end
No emojis please
No more bullet points
No markdown in your replies
No disclaimers, please
Avoid jargon
Avoid long introductions
Avoid exclamation marks in general
Keep answers short
Keep your answers under 100 words
Please keep your replies brief
Keep explanations simple
Make your answers more detailed in general
Make all code examples in Rust
Answer in Dutch only
Reply in English even if I write German
Respond to me in Italian
Talk to me in Polish
Speak to me like a friend
Talk to me as if I were five from now on
Answer briefly from now on
Be concise from now on
Be brief in your answers
Be direct with me
Be honest with me, always
Use metric units
Use British spelling
Use simple language with me
Use plain English in your answers
Use Celsius, not Fahrenheit
Use 24-hour time
Use TypeScript for all code examples
Use my first name
Address me as Dr. Lee
Call me by my first name
When I ask for code give me only the code
When I ask for a recipe, make it vegan
When I ask about travel, assume I go by train
When you write code, add comments
When you give me a recipe, use grams
When you quote a document, name the page
Whenever I paste a log, look for the first error
Whenever you explain something, give an example
Whenever you recommend a book, say why
If I ask for a translation, give me only the translation
If I send a link, summarise it
If you are not sure, say so
If you don't know something, just say so
Every time I ask about money, show the sums
Each time you suggest a film, check that it is not horror
Remember to use metric units
Remember to always answer in French
Please remember to keep it short
I want you to answer in French from now on
I'd like you to keep your answers short
I'd like all answers in bullet points
I want short answers
I prefer answers without emojis
I'd prefer replies in English
I need you to always give sources
By default, write in British English
By default use Python for code
As a rule, give me one option, not five
In general, keep it under three sentences
In all your answers, put the conclusion first
In every answer, list the assumptions
Can you always answer in Spanish?
Could you please stop using emojis?
Can you keep your answers shorter from now on?
Would you mind not using tables?
Just give me the answer without explanations from now on
You don't need to explain basic things to me
You can skip the pleasantries with me
Your answers should be short
Your replies should never be longer than a paragraph
Answers should be in French
Code should always have tests
Treat me as an expert
Assume I know Python
Assume that I'm an expert in statistics
Put the summary first in every answer
Start every answer with the conclusion
End each answer with a source
Give me the short version by default
Only answer in English
Only use the metric system
Limit your answers to five lines
"""

OTHER = """
Write this in French
Make it shorter
Can you make this more formal?
Keep it short
Keep this paragraph as it is
Make the second sentence shorter
Answer the question
Answer in one word: is it raining?
Give me five ideas for dinner
Give me the code for quicksort
Write a poem about cats
Please write an email to my boss
Translate this into German
Translate the following to Spanish: good morning
Summarise this article in three bullet points
Use the second option
Use a for loop here
Use this function instead
Use bullet points for this list
Use metric units in the table above
Don't change the code
Don't worry about it
Don't forget the tests
Don't use recursion here
Don't delete that line
Don't use tables in this document
Don't tell me the ending
Don't you think it is late?
Do not include the header in this file
Never mind
Never heard of it
Never give up is my motto
I never eat breakfast
I never liked maths
I always get this error
I always wanted to see Rome
Always a pleasure
It always fails on line 3
Why does it always rain?
Why do you always say that?
Do you always answer like this?
Should I always use type hints?
Is it true that cats always land on their feet?
What happens if I never update?
When should I use a tuple?
When I run this, the server crashes
When I was young, we lived in Oslo
When you finish, write a summary
When you have time, look at this
When is the next train?
If I ask nicely, will you help?
If it rains, what should I wear?
If you could visit one city, which one?
If I use a list here, it is slow
From now on I will go to bed early
From now on the shop opens at nine
Going forward, the company will grow
In the future we may live on Mars
In future versions this is fixed
Stop
Stop the server
Stop the timer at five
How do I stop using sugar?
I stopped using Facebook
No
No thanks
No idea
No problem at all
No more tests failed
There are no tables in this book
Avoid the main road today
How can I avoid jargon in my essay?
Can you avoid the word "very" in this text?
Call me back later
Call me maybe
Call the function with two arguments
Call my mother tomorrow
Remind me what we said
Remember the film we talked about?
Do you remember my name?
Show me the list
Show me how to use it
Show tests for this function
List all the files
List the pros and cons
Explain this to me like I am five
Explain the second step again
Explain quantum physics briefly
Be quiet
Be careful with that axe
Be right back
Speak soon
Talk to you later
Respond to this email
Reply to Anna that I am late
Reply to this in Spanish
Please respond to the customer in French
Answer this in German
Answer my last question in English
Start with the second chapter
Start the timer
End of story
Check the spelling of this text
Check this for errors
Add a comment to the function
Add two eggs
Add tests
Include the tests as well
Include a table of contents in this report
Put it in a table
Put the summary at the top of this page
Skip this step
Skip the first chapter
Limit the query to five rows
Limit this to 200 words
Format this as JSON
Format the date in this column
Convert this to metric units
Convert 5 miles to km
Round this to two digits
Assume x is 5
Assume a budget of 2,000 for this plan
Treat this as a draft
Treat yourself
Suggest a name for my cat
Recommend a book about Rome
Tell me a joke
Tell me more
Tell me about bullet points
Ask me a riddle
Ask me three questions about France
Let me know when you are done
Let's begin
Try again
Try it with fewer words
Think step by step
Say it again
Say hello to Anna
Send it to Tom
Send me the link
Run the tests
Test this
Commit this
Push it
Order pizza
Book a table for two
Keep going
Keep the change
Keep the answers to the quiz hidden in this page
Keep me posted
Make a list
Make coffee
Make me a sandwich
Make your move
Make sure the tests pass
Make sure you save the file
Make sure to lock the door
What is the rule for commas in English?
What does "never use emojis" mean?
My teacher says never use the passive voice
My boss always says "keep it short"
She told me to always use gloves
He said: don't use tables
The guide says to avoid jargon
The style guide says: use British spelling
Our policy is to never share addresses
The contract says that code should always have tests
In the story the robot must always answer in French
I want a short answer to this
I want to write short answers in my exam
I need five short answers for the form
I'd like a table of the results
I'd like you to fix this bug
I want you to write a poem
I want you to translate this text
I prefer the second answer
I like short answers in quizzes
Can you answer in French this time?
Can you keep this under 100 words?
Could you answer that again in English?
Could you please write it in bullet points?
Would you use a table here?
Just this once, answer in Latin
For this one, use bullet points
For now, keep it simple
This time, don't use jargon
In this email, don't use contractions
In this chapter, always use the past tense
For this task, never touch the database
Until I say stop, count upwards
Just give me the answer
Only the code please
Only use the numbers 1 to 5 in this puzzle
Shorter please
In French please
In bullet points
With sources, please
Without emojis this time
More detail on the last point
Thanks, keep it up
Great answer, always a joy
Good, now in Spanish
Okay, use the short version
Never in my life did I see this
Always look on the bright side of life
Please always
Do it again but shorter
Give an example
Give me an example when you can
Quote the second page
Cite the paper by Smith
Write tests for this module
Write it as a letter
Write the introduction in British English
Be my interviewer for this session
Act as a pirate in this story
You are always so helpful
You never told me your name
You should try the cake
You should see the mess here
You must be tired
You can skip the second file
Your answers are great
Your last answer was too long
Should answers be short in this exam?
Use Celsius for this chart
Don't be silly
Don't be late
Don't ask
Don't start the server yet
Don't repeat the mistake of last year
Every time I ask my son, he says no
Every answer was wrong
Each time I run it, it fails
Whenever I eat nuts, I get a rash
Whenever you are ready
By default the port is 8080
In general, cats sleep a lot
As a rule of thumb, how much is enough?
Starting today, the gym is closed
From today the price is ten euros
"""


def main() -> None:
    """Measure and print."""
    standing, other = STANDING.strip().splitlines(), OTHER.strip().splitlines()
    print(f"{len(standing)} standing instructions, {len(other)} other messages")
    for name, half in (("one half", 0), ("the other", 1)):
        missed = [message for message in standing[half::2] if not is_captured(message)]
        fired = [message for message in other[half::2] if is_captured(message)]
        print(f"\n{name}: captured {1 - len(missed) / len(standing[half::2]):.3f}", end="")
        print(f"    baseline {share(standing[half::2]):.3f}    missed: {' | '.join(missed)}")
        print(f"{name}: fired    {len(fired) / len(other[half::2]):.3f}", end="")
        print(f"    baseline {share(other[half::2]):.3f}    on: {' | '.join(fired)}")


def is_captured(message: str) -> bool:
    """Whether the rules take it for a standing instruction, or a preference about answers."""
    return any(each.kind in ("instruction", "preference") for each in capture_by_rules(message, []))


def share(messages: list[str]) -> float:
    """How many begin like an order."""
    begins = re.compile(r"(?:always|never|don't|do not|from now on|please|stop|avoid|keep|use)\b", re.IGNORECASE)
    return sum(bool(begins.match(message)) for message in messages) / len(messages)


if __name__ == "__main__":
    main()
