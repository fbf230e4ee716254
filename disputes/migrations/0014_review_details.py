"""Who wrote a review, and when somebody came back to its buyer once more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disputes", "0013_dates_of_the_platform")]

    operations = [
        migrations.AddField(
            model_name="review",
            name="author",
            field=models.CharField(blank=True, db_default="", max_length=200, verbose_name="reviewer"),
        ),
        migrations.AddField(
            model_name="review",
            name="followed_up_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="came back to it once at"),
        ),
    ]
