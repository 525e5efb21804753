control-pressure-first = 首先放行阶段 { $stage }，压力 { NUMBER($pressure_veh, maximumFractionDigits: 1) } 辆
control-pressure-minimum-green = 保持阶段 { $stage }：最小绿灯还剩 { $left_s } 秒
control-pressure-most = 保持阶段 { $stage }：压力最大，{ NUMBER($pressure_veh, maximumFractionDigits: 1) } 辆
control-pressure-more = 由 { $from } 切换到阶段 { $stage }：压力多 { NUMBER($gain_veh, maximumFractionDigits: 1) } 辆，阈值 { NUMBER($needed_veh, maximumFractionDigits: 1) } 辆
control-pressure-too-little = 保持阶段 { $stage }：切换仅增益 { NUMBER($gain_veh, maximumFractionDigits: 1) } 辆，阈值 { NUMBER($needed_veh, maximumFractionDigits: 1) } 辆
control-pressure-waiting-bound = 必须放行阶段 { $stage }：灯组 { $group } 已等待 { $waiting_s } 秒，上限 { $bound_s } 秒
