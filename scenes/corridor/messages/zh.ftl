corridor-name = 绿色通道
corridor-to-patient = 前往 { $place } 接患者的绿色通道，途经 { $junctions } 个信号路口
corridor-to-hospital = 前往 { $place } 医院的绿色通道，途经 { $junctions } 个信号路口
corridor-option-none = 仅鸣笛，不给信号优先
corridor-option-lead = 到达前 { $lead_s } 秒放行，并提前清空排队
corridor-ask = 救护车 { NUMBER($eta_s, maximumFractionDigits: 0) } 秒后到达，前方排队 { NUMBER($queue_veh, maximumFractionDigits: 0) } 辆
corridor-release = 救护车已通过：恢复协调控制
