from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0003_quick_replies'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='held_by',
            field=models.CharField(blank=True, db_default='', max_length=100),
        ),
        migrations.AddField(
            model_name='message',
            name='held_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
