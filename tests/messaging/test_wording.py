"""What a text must not say to a buyer (rule M4), and what it may."""

import pytest

from messaging.vocabulary import Language
from messaging.wording import EXCERPT_LENGTH, WordingKind, check_wording

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
    ],
    WordingKind.BARE_WAIT: [
        (PT, "Por favor, aguarde."),
        (PT, "Pedimos um pouco de paciência."),
        (ES, "Por favor, espere."),
        (EN, "Please wait."),
        (EN, "Dear friend, please be patient, thanks."),
        (ZH, "请您耐心等待哦"),
        (ZH, "亲，请稍等"),
    ],
    WordingKind.PAID_REVIEW: [
        (PT, "Deixe 5 estrelas e ganhe um brinde!"),
        (PT, "Avalie o pedido.\n\nEm troca, mandamos um cupom."),
        (ES, "Déjanos una reseña y te damos un descuento."),
        (EN, "Leave a 5-star review. We will send you a coupon."),
        (EN, "A refund of US$2 for good feedback"),
        (ZH, "好评返现5元"),
        (ZH, "五星晒图有红包"),
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
