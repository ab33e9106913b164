"""What must never be remembered is seen, and what only looks like it is left alone.

Every secret here is made up, or the example of its maker's own documentation.
"""

from __future__ import annotations

import re

import pytest

from agentmem_cli.language.secrets import masked, secrets_in

SECRETS = [
    "sk-proj-a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2",
    "sk-ant-api03-x9_Yx9_Yx9_Yx9_Yx9_Yx9_Yx9_Yx9_Yx9_Yx9_Yx9_Yx9_Yx9_Yx9_Yx9_Yx9_Yx9_Yx9_Yx9_Yx9_Y",
    "ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "github_pat_A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1A1",
    "AKIAIOSFODNN7EXAMPLE",
    "ASIAIOSFODNN7EXAMPLE",
    "AIzaSyDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD",
    "xoxb-123456789012-abcdefghijkl",
    "xapp-1-A0123-456-abcdef0123",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "rk_live_aaaaaaaaaaaaaaaaaaaaaaaa",
    "whsec_a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def_ghi",
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----",
    "4111 1111 1111 1111",
    "5500-0000-0000-0004",
    "378282246310005",
    "my password is hunter2",
    "my password is correct horse",
    "The PIN is 4921",
    "my PIN's 4921",
    "pin: 4921",
    "my wifi password is swordfish",
    "password=hunter2",
    "the password to my bank is blue42",
    "My login is bob and my password hunter2",
    "my IBAN is DE89 3704 0044 0532 0130 00",
    "GB82WEST12345698765432",
    "my passcode for the phone is 112233",
    "use hunter2 as my password",
    "my CVV is 123",
    "the security code is 842",
    "my social security number is 078-05-1120",
    "gsk_a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2",
    "AWS secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "my secret key is abc123def",
    "dop_v1_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "postgres://bob:s3cret@db/x",
    "my SSN is 219-09-9999",
    "Die Geheimzahl meiner EC-Karte ist 7733 und ich wohne in Ulm.",
    "Mon code PIN est le 3344.",
    "4821 is my bank PIN, and I live in Rome.",
    "7733 is de pincode van mijn kaart",
    "The code for my burglar alarm is 5566.",
    "PINs: Visa 4821",
    "TAN 483920",
    "pw: Tr0ub4dor&3",
    "Пароль от вайфая: qwerty",
    "Das Passwort für den Router lautet Winter1999.",
    "meine Geheimzahl ist 7731",
    "La contraseña de casa es verano1987",
    "mon mot de passe est soleil77",
    "a senha do wifi é gato2021",
    "la mia password è ciao1234",
    "mijn wachtwoord is tulp2020",
    "hasło: wiosna2020",
    "wifi şifresi: deniz35",
    "мой пароль лето2019",
    "密码：abc12345",
    "パスワードはneko2222です",
    "비밀번호는 hana1004",
    "wifi at home: network BT-HUB, key is lemonade-42-tree",
    "the wifi key: 7Kq-90-plum-tree",
    "product key = XKJ42-99TR1-ZZQ07",
    "my sort code is 20-11-43 and account 73920184",
    "sort code 40 47 84",
    "Account number: 31926819",
    "my account is 73920184",
    "account no. 3192 6819",
    "Meine Kontonummer lautet 532013000",
    "mijn rekeningnummer is 417164300",
    "numéro: compte 00012345678",
    "pin for the joint card 9034",
    "PIN for mum's alarm box 77310",
    "the door code for the back gate 4471",
    "Geheimzahl für die neue Karte 5521",
    "code pin de la carte bleue 8830",
    "login is beth@example.com / Summer!2023",
    "netflix: beth@example.com / Summer!2023",
    "login for the portal: bethany / tulip77garden",
    "my national insurance number is QQ123456C".replace("QQ", "AB"),
    "NI: JG 10 37 59 A",
]
OTHERS = [
    "My password manager is 1Password",
    "Je n'arrive plus a ouvrir ma boite mail, il me dit que le mot de passe est incorect.",
    "The error code is 4040",
    "My zip code is 94110",
    "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
    "550e8400-e29b-41d4-a716-446655440000",
    "order 4111-2222",
    "order number 10002345678",
    "call +44 20 7946 0958",
    "+1 (415) 555-2671",
    "I forgot my password",
    "my password is too long",
    "password reset",
    "I pin recipes on a board",
    "my pin is broken",
    "the token is expired",
    "I collect pins: 40 of them",
    "ISBN 978-3-16-148410-0",
    "tracking 1Z999AA10123456784",
    "sk-learn is my favourite library",
    "I work with secret santa",
    "meeting at 10:30",
    "my zip is 90210",
    "The secret is to use butter",
    "The key is on the table",
    "2026-06-01 2026-07-01 2026",
    "DE is where I live",
    "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "my password manager is Bitwarden",
    "I use a password manager",
    "my passport expires in 2027",
    "token economics is fun",
    "Ich habe mein Passwort 3 Mal vergessen",
    "He cambiado la contraseña hace 2 días",
    "my password manager cost 40 dollars in 2024",
    "zmieniłem hasło w 2024 roku",
    "パスワードを忘れました",
    "I like the API token flow",
    "the account for 20 people",
    "the key is on hook 12",
    "the key is under the mat",
    "room 9034",
    "the key is A4 paper",
    "key: F5 reloads the page",
    "the key is 2 eggs and 200g of flour",
    "the key to my flat in 2024 was a fob",
    "I opened the account on 12-03-2019",
    "the account of 1066 is disputed",
    "my account has 2500 followers",
    "the account manager is on 020 7946 0958",
    "the account is 150000 euros short",
    "on account of 3 delays",
    "account 4 of 12",
    "sort code must be six digits",
    "the key is 10-minute breaks",
    "the key is 30mins/day",
    "sort 30 by name and 20 by date",
    "I changed the pin for the card in 2024",
    "the pin for the card changed 3 times",
    "a password for each of my 20 sites",
    "a password for the year 2024",
    "sorted(rows, key=row2_name_of)",
    "reach me at beth@example.com / 07700 900123",
    "beth@example.com / Bristol office",
    "git clone git@github.com:beth/repo2024.git",
    "scp app2.tar beth@host.example.com:/srv/app2024",
    "the login page / version2 is broken",
    "login is slow / it takes 20 seconds",
    "flight BA 12 34 56 to Rome",
    "part number AX 12 34 56",
    "my insurance number one tip",
    "Das Konto hat 3 Inhaber",
    "la cuenta son 45 euros",
    "el conto era di 120 euro",
    "the wifi is fast, 500 mbit",
    "my wifi network is BT-HUB6",
    "Passwort für 12 Geräte",
    "mot de passe de 12 caractères",
    "the door code for the flat has 4 digits",
    "safe codes of 2020 building regs",
]


def test_a_long_text_without_blanks_is_looked_through() -> None:
    """A picture as text, in which a value may begin at each slash."""
    picture = "data:image/png;base64," + "iVBORw0KGgo/" * 100_000
    assert [] == secrets_in(picture)
    assert ["a password"] == secrets_in(f"{picture}, and my password is hunter2")


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_is_seen(text: str) -> None:
    """Keys of the main providers, private keys, card and account numbers, passwords in words."""
    assert secrets_in(f"By the way, {text}" if text[0].islower() else text)


@pytest.mark.parametrize("text", OTHERS)
def test_what_only_looks_like_one_is_left(text: str) -> None:
    """Hashes, ids, phone and order numbers, and talk about passwords: a false alarm loses a memory."""
    assert [] == secrets_in(text)


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_masked_and_what_stands_around_it_is_not(secret: str) -> None:
    """No word of it with a digit or sign is left, nor the rest of a pass phrase."""
    shown = masked(f"It rains.\n{secret}\nI live in Oslo.")
    assert (True, True) == (shown.startswith("It rains.\n"), "left out]" in shown)
    values = [word for word in secret.split() if re.search(r"\d", word)]
    assert [] == [word for word in (*values, "horse", "swordfish") if word in shown]
    assert "-----BEGIN" in secret or shown.endswith("\nI live in Oslo.")


@pytest.mark.parametrize("text", OTHERS)
def test_what_only_looks_like_a_secret_is_not_masked(text: str) -> None:
    """It is sent as it was said."""
    assert text == masked(text)


@pytest.mark.parametrize("piece", ["a@", "a1", "x@y.", "pin for the ", "key is ", "account ", "login is b "])
def test_a_paste_takes_no_longer_for_having_no_spaces(piece: str) -> None:
    """200,000 characters, for which a pattern that looks to their end from each of them takes minutes."""
    assert "left out]" not in masked(piece * (200_000 // len(piece)))
