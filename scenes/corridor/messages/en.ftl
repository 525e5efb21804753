corridor-name = Green corridor
corridor-to-patient = Green corridor to the patient ({ $place }) over { $junctions } signals
corridor-to-hospital = Green corridor to the hospital ({ $place }) over { $junctions } signals
corridor-option-none = Siren only, no priority
corridor-option-lead = Green { $lead_s } s before arrival, queue cleared ahead
corridor-ask = Ambulance in { NUMBER($eta_s, maximumFractionDigits: 0) } s, { NUMBER($queue_veh, maximumFractionDigits: 0) } vehicles queued ahead of it
corridor-release = Ambulance has passed: back to coordination
