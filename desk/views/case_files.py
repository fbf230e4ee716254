"""Photos and papers of a case: taken in for the step that wants them, and frozen as exhibits of the order."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from desk.access import DeskRequest, actor_of
from desk.fault_words import fault_words
from desk.forms.disputes import ExhibitForm
from desk.selectors.case_page import case_of
from desk.taking_in import tell_taken_in
from desk.views.case import Trouble, case_page
from evidence.models import Exhibit
from evidence.services.exhibits import UnusableExhibit, add_exhibit

FROM_BUYER = "buyer_"  # kinds of exhibits that can come from nobody else


@require_POST
@login_required
def add_case_exhibits(request: HttpRequest, pk: int) -> HttpResponse:
    """Take files in; what cannot be kept is said beside the step."""
    desk_request, now = cast(DeskRequest, request), timezone.now()
    case = case_of(desk_request, pk, to_change=True)
    form, added = ExhibitForm(request.POST, request.FILES, auto_id="wrong-%s"), list[Exhibit]()
    given = form.cleaned_data if form.is_valid() else {}
    for file in given.get("file", []):
        kind, source = given["kind"], given["source"]
        source = source or ("buyer" if kind.startswith(FROM_BUYER) else "")
        said = {"kind": kind, "source": source, "caption": given["caption"]}
        try:
            added.append(add_exhibit(case.order_id, file, **said, now=now, actor=actor_of(desk_request)))
        except UnusableExhibit as error:
            form.add_error("file", fault_words(str(error)))
    tell_taken_in(request, added)
    if form.errors:
        return case_page(desk_request, case, now=now, trouble=Trouble(upload=form), status=422)
    return redirect("desk:case", case.pk)
