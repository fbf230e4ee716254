from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("disputes", "0015_incident_runs"),
    ]

    operations = [
        migrations.AddField(
            model_name="caseparcel",
            name="carrier_code",
            field=models.CharField(blank=True, db_default="", editable=False, max_length=50),
        ),
        migrations.AddField(
            model_name="caseparcel",
            name="followed_by",
            field=models.CharField(blank=True, db_default="", editable=False, max_length=20),
        ),
        migrations.AddField(
            model_name="caseparcel",
            name="next_look_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="caseparcel",
            index=models.Index(
                condition=models.Q(("next_look_at__isnull", False)), fields=["next_look_at"], name="case_parcel_due"
            ),
        ),
    ]
