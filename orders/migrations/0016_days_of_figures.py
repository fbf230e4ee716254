from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0015_store_rules"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="milestone",
            index=models.Index(
                condition=models.Q(("state", "fired")), fields=["outcome_at", "order"], name="milestone_fired"
            ),
        ),
        *(
            migrations.AddIndex(
                model_name="order",
                index=models.Index(
                    condition=models.Q((f"{event}_at__isnull", False)),
                    fields=["store", f"{event}_at"],
                    name=f"order_by_{event}",
                ),
            )
            for event in ("paid", "shipped", "delivered", "reviewed")
        ),
    ]
