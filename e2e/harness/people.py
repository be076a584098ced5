"""People who do not exist, and where their data stands in the texts that are sent."""

NAME = "Annelies de Wit"
OTHER = "Pieter Bakker"
ACCENTED = "Zoë van den Ijssel"
MAIL = "annelies.dewit@voorbeeld.nl"
PHONE = "06-12345678"
BSN = "111222333"
IBAN = "NL91ABNA0417164300"
STREET = "Kerkstraat 12"
POSTCODE = "3511 AB"
CARD = "4111 1111 1111 1111"

#: One value of each kind, all in one text.
ALL = [NAME, MAIL, PHONE, BSN, IBAN, STREET, POSTCODE]
LETTER = (
    f"Schrijf een brief aan {NAME}. Het BSN is {BSN}, het adres {STREET}, {POSTCODE} Utrecht. "
    f"Mail: {MAIL}, telefoon {PHONE}, rekening {IBAN}."
)
MEETING = f"Overleg met {ACCENTED} en {OTHER} over het rooster."

PATIENT = f"Patiënt {NAME} heeft diabetes type 2 en gebruikt insuline."
SECRET = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD"
CREDENTIAL = f"De sleutel van de server is {SECRET}"
