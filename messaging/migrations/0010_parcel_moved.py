"""A purpose for telling a buyer who asked that his parcel moved."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0009_messages_of_cases"),
    ]

    operations = [
        migrations.AlterField(
            model_name="purposeswitch",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("order_received", "order_received"),
                    ("tax_id_request", "tax_id_request"),
                    ("payment_reminder", "payment_reminder"),
                    ("payment_expired", "payment_expired"),
                    ("ship_delay", "ship_delay"),
                    ("shipped", "shipped"),
                    ("contact_30", "contact_30"),
                    ("contact_45", "contact_45"),
                    ("contact_60", "contact_60"),
                    ("duty_payment", "duty_payment"),
                    ("pickup_waiting", "pickup_waiting"),
                    ("tracking_update", "tracking_update"),
                    ("parcel_moved", "parcel_moved"),
                    ("failed_attempt", "failed_attempt"),
                    ("delay_disruption", "delay_disruption"),
                    ("delivered", "delivered"),
                    ("not_received", "not_received"),
                    ("review_request", "review_request"),
                    ("refund_issued", "refund_issued"),
                    ("repayment_request", "repayment_request"),
                    ("case_received", "case_received"),
                    ("refund_approved", "refund_approved"),
                    ("return_address", "return_address"),
                    ("inspection_result", "inspection_result"),
                    ("reship_sent", "reship_sent"),
                    ("compensation", "compensation"),
                ],
                max_length=30,
                verbose_name="purpose",
            ),
        ),
        migrations.AlterField(
            model_name="template",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("order_received", "order_received"),
                    ("tax_id_request", "tax_id_request"),
                    ("payment_reminder", "payment_reminder"),
                    ("payment_expired", "payment_expired"),
                    ("ship_delay", "ship_delay"),
                    ("shipped", "shipped"),
                    ("contact_30", "contact_30"),
                    ("contact_45", "contact_45"),
                    ("contact_60", "contact_60"),
                    ("duty_payment", "duty_payment"),
                    ("pickup_waiting", "pickup_waiting"),
                    ("tracking_update", "tracking_update"),
                    ("parcel_moved", "parcel_moved"),
                    ("failed_attempt", "failed_attempt"),
                    ("delay_disruption", "delay_disruption"),
                    ("delivered", "delivered"),
                    ("not_received", "not_received"),
                    ("review_request", "review_request"),
                    ("refund_issued", "refund_issued"),
                    ("repayment_request", "repayment_request"),
                    ("case_received", "case_received"),
                    ("refund_approved", "refund_approved"),
                    ("return_address", "return_address"),
                    ("inspection_result", "inspection_result"),
                    ("reship_sent", "reship_sent"),
                    ("compensation", "compensation"),
                ],
                max_length=30,
                verbose_name="purpose",
            ),
        ),
    ]
