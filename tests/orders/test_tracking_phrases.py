"""What carriers write, in their own words, and the status that it means."""

import time
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.tracking_phrases import CARRIERS, classify, fold, read_phrases
from orders.tracking_statuses import TrackingStatus

CORREIOS = [
    ("Etiqueta emitida", "no_scan"),
    ("Aguardando postagem pelo remetente", "no_scan"),
    ("Objeto não encontrado", "no_scan"),
    ("Objeto postado", "in_transit"),
    ("Objeto postado após o horário limite da unidade", "in_transit"),
    ("Objeto recebido na unidade de exportação no país de origem", "in_transit"),
    ("Objeto encaminhado", "in_transit"),
    ("Objeto em trânsito - por favor aguarde", "in_transit"),
    ("Objeto em transferência - por favor aguarde", "in_transit"),
    ("OBJETO EM CORREÇÃO DE ROTA", "in_transit"),
    ("Objeto ainda não chegou à unidade - Por favor, aguarde", "in_transit"),
    ("Saída para entrega cancelada - Será efetuada nova saída para entrega", "in_transit"),
    ("Objeto recebido pelos Correios do Brasil", "arrived"),
    ("Objeto recebido pelos Correios do Brasil com embalagem danificada - Por favor, aguarde", "arrived"),
    ("Encaminhado para fiscalização aduaneira", "customs"),
    ("Objeto encaminhado para fiscalização - ANVISA", "customs"),
    ("Em fiscalização pela Receita Federal", "customs"),
    ("Informações prestadas pelo cliente em análise", "customs"),
    ("Faltam informações. Sua ação é necessária", "customs"),
    ("Pagamento não efetuado no prazo - Objeto em análise de destinação", "customs"),
    ("Objeto apreendido por: POLICIA FEDERAL - O objeto está em poder da autoridade competente", "customs"),
    (
        "Não foi autorizada a entrada do objeto no país pelos órgãos fiscalizadores - "
        "Objeto em análise de destinação - poderá ser devolvido ao remetente ou apreendido",
        "customs",
    ),
    ("Aguardando pagamento", "duty_due"),
    ("Aguardando pagamento do despacho postal", "duty_due"),
    ("Revisão de tributo concluída - Tributo mantido - Poderá haver incidência de juros e multa", "duty_due"),
    ("Pagamento confirmado - Entrega em até 40 dias úteis", "released"),
    ("Revisão de tributo concluída - Objeto liberado", "released"),
    ("Fiscalização aduaneira finalizada", "released"),
    ("Liberado sem tributação", "released"),
    ("Objeto saiu para entrega ao destinatário", "out_for_delivery"),
    ("Objeto aguardando retirada no endereço indicado", "pickup_waiting"),
    ("Objeto disponível para retirada em Caixa Postal", "pickup_waiting"),
    ("Objeto encaminhado para retirada no endereço indicado", "pickup_waiting"),
    ("Objeto entregue ao destinatário", "delivered"),
    ("Objeto entregue ao destinatário - Entrega realizada em endereço vizinho", "delivered"),
    ("Objeto entregue na Caixa de Correios Inteligente", "delivered"),
    ("Objeto roubado", "lost"),
    ("Objeto não localizado no fluxo postal", "lost"),
    ("Objeto com conteúdo avariado - Sem condições de entrega", "lost"),
]
ENGLISH = [
    ("Shipment information received", "no_scan"),
    ("Shipment information received by warehouse electronically", "no_scan"),
    ("Shipping label created", "no_scan"),
    ("Accepted by carrier", "in_transit"),
    ("Received by logistics company", "in_transit"),
    ("[Shatian Town] Departed from sorting center", "in_transit"),
    ("Arrived at departure transport hub", "in_transit"),
    ("Hand over to airline", "in_transit"),
    ("Despatched to overseas (Country code: BR)", "in_transit"),
    ("Leaving from departure country/region", "in_transit"),
    ("Yanwen Pickup Scan", "in_transit"),
    ("Export customs clearance started", "export_customs"),
    ("Export customs clearance complete", "export_customs"),
    ("Clearance processing completed - Export", "export_customs"),
    ("Arrived at destination country/region", "arrived"),
    ("Airline arrived at destination country", "arrived"),
    ("Arrival at inward office of exchange", "arrived"),
    ("Held by import Customs", "customs"),
    ("Item presented to import Customs", "customs"),
    ("Import customs clearance complete", "released"),
    ("Departed from customs", "released"),
    ("Item returned from customs (import)", "released"),
    ("Payment of charges - Item being held, addressee being notified", "duty_due"),
    ("Out for Delivery, Expected to be delivered by 9:00pm", "out_for_delivery"),
    ("On FedEx vehicle for delivery", "out_for_delivery"),
    ("Available for Pickup", "pickup_waiting"),
    ("Delivered to a UPS Access Point", "pickup_waiting"),
    ("Delivered, Left at front door. Signature Service not requested.", "delivered"),
    ("[Tampa] Delivered", "delivered"),
    ("The shipment has been successfully delivered", "delivered"),
    ("Final delivery", "delivered"),
    ("Package lost", "lost"),
    ("Returned to sender", "returned"),
    ("Return to sender processed", "returning"),
]
CHINESE = [
    ("等待揽收", "no_scan"),
    ("查询不到", "no_scan"),
    ("【深圳市】已收寄", "in_transit"),
    ("邮件离开【广州市国际互换局】,正在发往下一站", "in_transit"),
    ("【广州市国际互换局】已出口直封", "in_transit"),
    ("[伊犁州]已交航空公司运输", "in_transit"),
    ("航空公司启运", "in_transit"),
    ("飞机进港，飞机进港（到达中转地）", "in_transit"),
    ("送交出口海关", "export_customs"),
    ("出口海关/放行", "export_customs"),
    ("飞机进港，飞机进港（到达目的地）", "arrived"),
    ("[叶卡捷琳堡]已到达寄达地", "arrived"),
    ("境外进口海关留存待验", "customs"),
    ("等待清关", "in_transit"),
    ("等待缴税", "duty_due"),
    ("目的国清关完成", "released"),
    ("出门投递", "out_for_delivery"),
    ("【张三】正在第1次派件, 请保持电话畅通", "out_for_delivery"),
    ("快件已被【丰巢智能快递柜】代收,请及时取件", "pickup_waiting"),
    ("您的快递已签收, 签收人在【丰巢智能快递柜】领取", "delivered"),
    ("已妥投", "delivered"),
    ("退件已签收", "returned"),
    ("正在退回寄件人", "returning"),
    ("包裹在运输途中丢失", "lost"),
]
PROVIDERS = [
    ("NotFound_Other", "no_scan"),
    ("InfoReceived", "no_scan"),
    ("InTransit_Departure", "in_transit"),
    ("InTransit_CustomsProcessing", "in_transit"),
    ("InTransit_CustomsReleased", "in_transit"),
    ("InTransit_CustomsRequiringInformation", "customs"),
    ("AvailableForPickup", "pickup_waiting"),
    ("OutForDelivery", "out_for_delivery"),
    ("DeliveryFailure_InvalidAddress", "failed_attempt"),
    ("Delivered_Other", "delivered"),
    ("Exception_Returning", "returning"),
    ("Exception_Returned", "returned"),
    ("Exception_Lost", "lost"),
    ("Expired", "expired"),
    ("在途", "in_transit"),
    ("派件", "out_for_delivery"),
    ("退签", "returned"),
    ("拒签", "failed_attempt"),
    ("清关中", "in_transit"),
    ("GTMS_SIGNED", "delivered"),
]
CODES = [
    ("BDE 01", "delivered"),
    ("bdi1", "delivered"),
    ("LDI/01", "pickup_waiting"),
    ("PAR 21", "customs"),
    ("OEC 09", "returning"),
]
NEGATIVES = [
    ("Objeto não entregue - carteiro não atendido", "failed_attempt"),
    ("Objeto não entregue - endereço insuficiente", "failed_attempt"),
    ("OBJETO NAO ENTREGUE", "failed_attempt"),
    ("O pacote não pôde ser entregue", "failed_attempt"),
    ("Tentativa de entrega não efetuada - Entrega prevista para o próximo dia útil", "failed_attempt"),
    ("Cliente recusou-se a receber o objeto - Entrega não realizada", "failed_attempt"),
    (
        "Carteiro não atendido - Entrega não realizada - Será realizada nova tentativa de entrega",
        "failed_attempt",
    ),
    (
        "Carteiro não atendido - Entrega não realizada - "
        "Aguarde: objeto estará disponível para retirada na unidade a ser informada",
        "failed_attempt",
    ),
    (
        "Endereço incorreto - Entrega não realizada - Objeto sujeito a atraso na entrega ou a devolução ao remetente",
        "failed_attempt",
    ),
    ("Carteiro não atendido - Entrega não realizada - Objeto será devolvido ao remetente", "returning"),
    ("Destinatário não retirou objeto no prazo", "returning"),
    ("Objeto não entregue - prazo de retirada encerrado", "returning"),
    ("Objeto saiu para entrega ao remetente", "returning"),
    ("Objeto devolvido aos Correios", "returning"),
    ("Objeto entregue ao remetente", "returned"),
    ("Entregue à companhia aérea", "in_transit"),
    ("Objeto será entregue sem rastreamento", None),
    ("Objeto ainda não foi entregue", None),
    ("Favor desconsiderar a informação anterior", None),
    ("Not delivered", "failed_attempt"),
    ("Delivery unsuccessful", "failed_attempt"),
    ("Delivery attempt unsuccessful", "failed_attempt"),
    ("Item could not be delivered", "failed_attempt"),
    ("We couldn’t deliver your parcel", "failed_attempt"),
    ("We've not been able to deliver today, we'll try on the next working day", "failed_attempt"),
    ("Undelivered: receptacle full", "failed_attempt"),
    ("Unable to be delivered", "failed_attempt"),
    ("Notice Left (No Secure Location Available)", "failed_attempt"),
    ("Consignee Refused To Accept", "failed_attempt"),
    ("Delivered, To Original Sender", "returned"),
    ("Your item will be returned to sender", "returning"),
    ("Failed delivery attempt, returning to the warehouse", "returning"),
    ("Signature not required - delivered", None),
    ("Delivered to local carrier", "in_transit"),
    ("Delivered to airport", "in_transit"),
    ("Will be delivered tomorrow", None),
    ("Estimated delivery: 12 March", None),
    ("Not yet delivered", None),
    ("未妥投", "failed_attempt"),
    ("妥投失败", "failed_attempt"),
    ("投递未成功，收件人不在", "failed_attempt"),
    ("收件人拒绝签收", "failed_attempt"),
    ("快件正在派送，请准备签收", "out_for_delivery"),
    ("退回签收", "returned"),
    ("待签收", None),
    ("运单尚未妥投", None),
    ("虚假签收", None),
]
UNKNOWN = [
    "",
    " ",
    ".",
    "?",
    "Waiting for pick up",
    "物流异常",
    "Exception",
    "3",
    "BDE 99",
    "ZZZ 01",
    "redelivered",
    "hello",
    "Привет",
    "٣",
    "\x00",
]


@pytest.mark.parametrize(("words", "status"), CORREIOS + ENGLISH + CHINESE + PROVIDERS + CODES)
def test_a_carriers_words_give_the_status_that_they_mean(words: str, status: str) -> None:
    assert classify(words) is TrackingStatus(status)


@pytest.mark.parametrize(("words", "status"), NEGATIVES)
def test_words_that_deny_a_delivery_come_before_words_that_tell_of_one(words: str, status: str | None) -> None:
    assert classify(words) == status


@pytest.mark.parametrize("words", UNKNOWN)
def test_unknown_words_give_no_status(words: str) -> None:
    assert classify(words) is None


@pytest.mark.parametrize(
    "words",
    [
        "objeto entregue ao destinatario",
        "ＯＢＪＥＴＯ　ＥＮＴＲＥＧＵＥ　ＡＯ　ＣＬＩＥＮＴＥ",
        " Objeto\n entregue\tao  vizinho. ",
    ],
)
def test_case_accents_full_width_and_white_space_do_not_matter(words: str) -> None:
    assert classify(words) is TrackingStatus.DELIVERED


def test_white_space_between_chinese_characters_does_not_matter() -> None:
    assert classify("已 签\u3000收") is TrackingStatus.DELIVERED


def test_a_phrase_is_matched_as_whole_words() -> None:
    assert classify("The undeliveredness of things") is None


def test_every_status_but_none_is_told_by_some_words() -> None:
    told = {status for _, status in CORREIOS + ENGLISH + CHINESE + PROVIDERS + NEGATIVES if status}
    assert told == {str(status) for status in TrackingStatus}


def test_no_whole_text_stands_under_two_readings() -> None:
    said: dict[str, set[str]] = {}
    for path in CARRIERS.glob("*.toml"):
        for says, texts in tomllib.loads(path.read_text(encoding="utf-8")).get("whole", {}).items():
            for text in texts:
                said.setdefault(fold(text), set()).add(says)
    assert {text: says for text, says in said.items() if len(says) > 1} == {}


def test_what_does_not_exist_is_refused_when_it_is_read() -> None:
    order = 'passes = [{ name = "arrived", says = "%s" }]\ndetails = {}'
    with pytest.raises(ValueError, match="arived"):
        read_phrases(order % "arived", ['[phrases]\narrived = ["x"]'])
    with pytest.raises(ValueError, match="arivd"):
        read_phrases(order % "arrived", ['[phrases]\narivd = ["x"]'])
    with pytest.raises(ValueError, match="lcker"):
        read_phrases(order % "arrived", ['[details]\nlcker = ["x"]'])


@given(st.text())
def test_no_text_makes_the_classifier_fail(words: str) -> None:
    assert classify(words) is None or isinstance(classify(words), TrackingStatus)


@given(st.lists(st.sampled_from([words for words, _ in CORREIOS + ENGLISH]), max_size=4))
def test_no_text_with_a_plain_denial_is_ever_delivered(words: list[str]) -> None:
    assert classify("Objeto não entregue - " + " ".join(words)) is not TrackingStatus.DELIVERED


@pytest.mark.parametrize("words", ["not ", "n't ", "delivered to ", "entrega ", "进港"])
def test_a_hostile_text_is_classified_at_once(words: str) -> None:
    started = time.perf_counter()
    classify(words * 100_000)
    assert time.perf_counter() - started < 1
