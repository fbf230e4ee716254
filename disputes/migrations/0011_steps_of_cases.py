from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("disputes", "0010_after_sale_cases_and_reviews"),
    ]

    operations = [
        migrations.AddField(
            model_name="aftersalecase",
            name="buyer_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "not said"),
                    ("quality", "the goods are bad"),
                    ("changed_mind", "changed his mind"),
                    ("wrong_order", "ordered the wrong thing"),
                    ("too_slow", "it takes too long"),
                    ("cheaper", "cheaper elsewhere"),
                    ("other", "another reason"),
                ],
                db_default="",
                max_length=15,
                verbose_name="the buyer's reason",
            ),
        ),
        migrations.AddField(
            model_name="aftersalecase",
            name="inspection",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "not inspected"),
                    ("conforming", "as we sent it"),
                    ("damaged", "damaged"),
                    ("parts_missing", "parts are missing"),
                    ("other_goods", "other goods than ours"),
                ],
                db_default="",
                max_length=15,
                verbose_name="what came back",
            ),
        ),
        migrations.AddField(
            model_name="aftersalecase",
            name="refunded",
            field=models.DecimalField(
                db_default=0, decimal_places=2, default=Decimal("0"), max_digits=14, verbose_name="refunded"
            ),
        ),
        migrations.AddField(
            model_name="aftersalecase",
            name="remedy",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "not decided yet"),
                    ("refund", "his money back"),
                    ("reship", "the goods again"),
                    ("exchange", "other goods for these"),
                    ("compensation", "money or a gift beside the goods"),
                    ("answer", "an answer that helps"),
                ],
                db_default="",
                max_length=15,
                verbose_name="what the buyer gets",
            ),
        ),
        migrations.AddField(
            model_name="casestep",
            name="words",
            field=models.JSONField(default=dict, null=True),
        ),
        migrations.AlterField(
            model_name="actionitem",
            name="kind",
            field=models.CharField(
                choices=[
                    ("ship", "Ship the parcel"),
                    ("record_choice", "Record what the buyer chose"),
                    ("refund", "Refund the buyer"),
                    ("extend_receipt_time", "Extend the receipt time"),
                    ("release_funds", "Apply for release of the funds"),
                    ("keep_delivery_proof", "Keep a proof of delivery"),
                    ("verify_tracking", "Verify the tracking"),
                    ("contact_buyer", "Contact the buyer"),
                    ("answer_dispute", "Answer the dispute"),
                    ("submit_evidence", "Submit the evidence"),
                    ("provide_exhibit", "Provide an exhibit"),
                    ("request_buyer_proof", "Ask the buyer for a proof"),
                    ("request_carrier_certificate", "Ask the carrier for a certificate"),
                    ("request_buyer_photo", "Ask the buyer for a photo"),
                    ("reship", "Ship again"),
                    ("reply_review", "Reply to the review"),
                    ("ask_repayment", "Ask for repayment"),
                    ("send_by_hand", "Send a message by hand"),
                    ("verify_delivery", "Verify the delivery"),
                    ("verify_carrier_reason", "Verify the carrier's reason"),
                    ("counter_offer", "Make a counter-offer"),
                    ("review_manually", "Look at the case"),
                    ("case_step", "Take the next step of the case"),
                ],
                max_length=30,
            ),
        ),
    ]
