"""Every change of state of the laboratory: scenarios, their changes, what is asked and what is kept."""

from maillage.lab.actions.asking import ask_evaluation as ask_evaluation
from maillage.lab.actions.asking import ask_forecast as ask_forecast
from maillage.lab.actions.asking import ask_siting as ask_siting
from maillage.lab.actions.keeping import keep_result as keep_result
from maillage.lab.actions.measures import turn_into_measure as turn_into_measure
from maillage.lab.actions.scenarios import add_change as add_change
from maillage.lab.actions.scenarios import archive_scenario as archive_scenario
from maillage.lab.actions.scenarios import copy_scenario as copy_scenario
from maillage.lab.actions.scenarios import correct_change as correct_change
from maillage.lab.actions.scenarios import draft_scenario as draft_scenario
from maillage.lab.actions.scenarios import remove_change as remove_change
from maillage.lab.actions.scenarios import suppose as suppose
from maillage.lab.actions.siting import turn_into_scenario as turn_into_scenario
