from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0016_days_of_figures'),
    ]

    operations = [
        migrations.AlterField(
            model_name='orderfile',
            name='content',
            field=models.CharField(choices=[('orders', 'orders'), ('tracking', 'tracking'), ('contacts', 'contacts')], default='orders', max_length=10, verbose_name='content'),
        ),
    ]
