"""What a text must not say to a buyer (rule M4), and what it may."""

import pytest

from messaging.vocabulary import Language
from messaging.wording import EXCERPT_LENGTH, WordingKind, check_wording, mark_words

PT, ES, EN, ZH = Language

FORBIDDEN = {
    WordingKind.EXACT_ARRIVAL: [
        (PT, "Seu pacote vai chegar no dia 12 de março."),
        (PT, "Fique tranquila: o pedido CHEGA AMANHÃ"),
        (PT, "Será entregue em até 5 dias úteis."),
        (PT, "Garantimos que o pacote chega até {promised_date}."),
        (ES, "Tu paquete llegará el 12 de marzo."),
        (ES, "Lo recibirás en 3 días hábiles."),
        (EN, "Your parcel will arrive on 12 March."),
        (EN, "It will definitely arrive by Friday!"),
        (EN, "You will receive it within 3 days."),
        (ZH, "您的包裹将于3月12日送达。"),
        (ZH, "亲，明天一定能到的"),
        (ZH, "放心，3天内送达"),
        (PT, "A entrega será no dia 12."),
        (PT, "Chegando na sexta-feira!"),
        (ES, "La entrega será el 12 de marzo."),
        (EN, "Delivery in two days."),
        (EN, "It is arriving on Friday."),
        (ZH, "亲，周五到哦"),
        (ZH, "全国七天到货"),
    ],
    WordingKind.BARE_WAIT: [
        (PT, "Por favor, aguarde."),
        (PT, "Pedimos um pouco de paciência."),
        (ES, "Por favor, espere."),
        (EN, "Please wait."),
        (EN, "Dear friend, please be patient, thanks."),
        (ZH, "请您耐心等待哦"),
        (ZH, "亲，请稍等"),
        (PT, "Continue aguardando, por favor."),
        (ES, "Hay que esperar un poco más."),
        (EN, "Please bear with us."),
        (ZH, "亲，请再等等哦"),
    ],
    WordingKind.PAID_REVIEW: [
        (PT, "Deixe 5 estrelas e ganhe um brinde!"),
        (PT, "Avalie o pedido.\n\nEm troca, mandamos um cupom."),
        (ES, "Déjanos una reseña y te damos un descuento."),
        (EN, "Leave a 5-star review. We will send you a coupon."),
        (EN, "A refund of US$2 for good feedback"),
        (ZH, "好评返现5元"),
        (ZH, "五星晒图有红包"),
        (PT, "Quem avalia participa do nosso sorteio. Avalie já!"),
        (ES, "Cinco estrellas y entras en el sorteo."),
        (EN, "Rate us and join the lucky draw."),
        (ZH, "带图评价送小惊喜"),
    ],
    WordingKind.TOO_MANY_EMOJI: [(PT, "Oba 🎉 chegou 📦"), (ZH, "亲😊您好❤️"), (EN, "Hi 👋🏽 🇧🇷")],
    WordingKind.SHOUTING: [
        (PT, "ATENÇÃO"),
        (EN, "Pay now, LAST CHANCE to order"),
        (EN, "We shipped it!!!"),
        (ES, "PAGA YA"),
        (ZH, "最后一天！！"),
    ],
}
ALLOWED = [
    (PT, "Seu pacote normalmente vai chegar entre 12 e 20 de março."),
    (PT, "Previsão: normalmente entre 12 de abril e 4 de maio."),
    (PT, "Aguarde mais uns dias: há greve nos Correios."),
    (PT, "Precisamos do CPF ou CNPJ para o SEDEX."),
    (PT, "Deixe a sua avaliação sincera na página do pedido."),
    (PT, "Que bom 🎉"),
    (ES, "Suele llegar en 20 días."),
    (ES, "Por favor, espere hasta el 12 de marzo."),
    (EN, "Your parcel should arrive by 12 March."),
    (EN, "It was delivered on 12 March."),
    (EN, "Please wait until 12 March: customs is on strike."),
    (EN, "Your EMS parcel LB123456789CN, by DHL, has a PDF label."),
    (EN, "We offer you a refund."),
    (EN, "A family 👨‍👩‍👧"),
    (ZH, "一般3天左右能到，偏远地区稍慢。"),
    (ZH, "您的包裹已于3月12日送达。"),
    (ZH, "因台风影响，请您耐心等待两天，我们每天帮您跟进。"),
    (ZH, "欢迎写下真实的评价。"),
    (PT, "1. Continuar esperando, com o nosso acompanhamento."),
    (PT, "O endereço de entrega está certo?"),
    (EN, "1. Keep waiting, with us following the parcel."),
    (EN, "Was it delivered by a neighbour?"),
    (ZH, "如果您想再等一等，请回复我们。"),
    (ZH, "客服很有礼貌，欢迎评价，五分钟就好。"),
]
MARKED = [
    (PT, "Oi!\nSeu pacote VAI CHEGAR amanhã, às 9h.", ["VAI CHEGAR", "amanhã"]),
    (EN, "Please wait. Thank you.", ["Please wait"]),
    (ZH, "您好。五星晒图有红包哦！！", ["五星晒图", "红包", "！！"]),
    (EN, "Hi 👋🏽 there 📦, PAY NOW", ["👋🏽", "📦", "PAY", "NOW"]),
    (ES, "Ñandú: llegará el 12 de marzo. Normalmente llega el 12.", ["llegará", "12 de marzo"]),
    (PT, "Tudo certo com o pedido 12, obrigado.", []),
]


@pytest.mark.parametrize(
    ("kind", "language", "text"), [(kind, *case) for kind, cases in FORBIDDEN.items() for case in cases]
)
def test_a_text_is_flagged_when_it_says_what_it_must_not(kind: WordingKind, language: Language, text: str) -> None:
    found = [(problem.rule, problem.kind) for problem in check_wording(text, language)]
    assert ("M4", kind) in found


@pytest.mark.parametrize(("language", "text"), ALLOWED)
def test_a_text_passes_when_it_is_hedged_or_explained(language: Language, text: str) -> None:
    assert check_wording(text, language) == []


def test_an_excerpt_shows_where_and_is_short() -> None:
    [problem] = check_wording(f"All is well.\n\nPlease wait{' and wait' * 20}.", EN)
    assert problem.excerpt.startswith("Please wait and wait")
    assert len(problem.excerpt) == EXCERPT_LENGTH


@pytest.mark.parametrize("language", list(Language))
def test_an_empty_text_has_no_problem(language: Language) -> None:
    assert check_wording("", language) == []


@pytest.mark.parametrize(("language", "text", "words"), MARKED)
def test_the_words_are_marked_where_they_stand(language: Language, text: str, words: list[str]) -> None:
    assert [text[start:end] for start, end in mark_words(text, language)] == words


def test_a_problem_knows_its_place() -> None:
    text = "All is well.\n\nPlease wait."
    [problem] = check_wording(text, EN)
    assert text[problem.start : problem.end] == "Please wait."
