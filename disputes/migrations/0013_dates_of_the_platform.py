"""Dates that the platform names for one dispute, and disputes of which nobody knows the date; one kind of work more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("disputes", "0012_people"),
    ]

    operations = [
        migrations.AddField(
            model_name="dispute",
            name="platform_evidence_by",
            field=models.DateTimeField(blank=True, null=True, verbose_name="evidence by, as the platform says"),
        ),
        migrations.AddField(
            model_name="dispute",
            name="platform_respond_by",
            field=models.DateTimeField(blank=True, null=True, verbose_name="answer by, as the platform says"),
        ),
        migrations.AddField(
            model_name="dispute",
            name="respond_when",
            field=models.CharField(
                blank=True,
                choices=[("", "it applies now"), ("return_arrived", "once the return has arrived")],
                db_default="",
                max_length=20,
                verbose_name="the answer's date applies",
            ),
        ),
        migrations.AlterField(
            model_name="actionitem",
            name="kind",
            field=models.CharField(
                choices=[
                    ("ship", "Ship the parcel"),
                    ("answer_cancellation", "Cancel the order, or refuse to"),
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
        migrations.AlterField(
            model_name="dispute",
            name="respond_by",
            field=models.DateTimeField(blank=True, null=True, verbose_name="answer by"),
        ),
    ]
