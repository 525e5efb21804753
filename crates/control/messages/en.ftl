control-pressure-first = Stage { $stage } first, pressure { NUMBER($pressure_veh, maximumFractionDigits: 1) } vehicles
control-pressure-minimum-green = Stage { $stage } stays: its minimum green has { $left_s } s left
control-pressure-most = Stage { $stage } stays: it has the most pressure, { NUMBER($pressure_veh, maximumFractionDigits: 1) } vehicles
control-pressure-more = Stage { $stage } follows { $from }: { NUMBER($gain_veh, maximumFractionDigits: 1) } vehicles more pressure, { NUMBER($needed_veh, maximumFractionDigits: 1) } needed
control-pressure-too-little = Stage { $stage } stays: another gains only { NUMBER($gain_veh, maximumFractionDigits: 1) } vehicles, { NUMBER($needed_veh, maximumFractionDigits: 1) } needed
control-pressure-waiting-bound = Stage { $stage } is due: group { $group } has waited { $waiting_s } s of at most { $bound_s } s
