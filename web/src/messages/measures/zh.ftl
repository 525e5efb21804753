### Names of what is predicted and measured, `measure-` and the name on the wire.

measure-arrival-s = 到达用时
measure-arrival-s-change = 到达用时变化
measure-time-spent-veh-h = 全部车辆行程时间
measure-time-spent-veh-h-change = 全部车辆行程时间变化
measure-others-time-spent-veh-h = 其他车辆行程时间
measure-others-time-spent-veh-h-change = 其他车辆行程时间变化
measure-network-delay-veh-h = 路网延误
measure-network-delay-veh-h-change = 路网延误变化
measure-ambulance-travel-s = 救护车行程时间
measure-ambulance-travel-s-change = 救护车行程时间变化
measure-others-delay-s = 其他车辆延误
measure-others-delay-s-change = 其他车辆延误变化
measure-queue-veh = 排队车辆
measure-queue-veh-change = 排队车辆变化
measure-vehicles = 全城车辆数
measure-lane-queue-veh = 车道排队
measure-lane-count-veh = 车道车辆数
measure-lane-speed-mps = 车道速度
measure-section-queue-veh = 路段排队
measure-section-speed-mps = 路段速度
measure-section-flow-vph = 路段流量
measure-entry-flow-vph = 进入路网流量
measure-choice-queue-veh = 选择阶段时预测的排队
measure-choice-time-spent-veh-h-change = 选择阶段后的总耗时变化
measure-movement-flow-vph = 各转向流量
