### Names of what is predicted and measured, `measure-` and the name on the wire.

measure-arrival-s = Arrival
measure-arrival-s-change = Arrival, change
measure-time-spent-veh-h = Time spent by all vehicles
measure-time-spent-veh-h-change = Time spent by all vehicles, change
measure-others-time-spent-veh-h = Time spent by all others
measure-others-time-spent-veh-h-change = Time spent by all others, change
measure-network-delay-veh-h = Delay in the network
measure-network-delay-veh-h-change = Delay in the network, change
measure-ambulance-travel-s = Travel time of the ambulance
measure-ambulance-travel-s-change = Travel time of the ambulance, change
measure-others-delay-s = Delay of others
measure-others-delay-s-change = Delay of others, change
measure-queue-veh = Vehicles in queues
measure-queue-veh-change = Vehicles in queues, change
measure-vehicles = Vehicles in the city
measure-lane-queue-veh = Queue by lane
measure-lane-count-veh = Vehicles by lane
measure-lane-speed-mps = Speed by lane
measure-section-queue-veh = Queue by section
measure-section-speed-mps = Speed by section
measure-section-flow-vph = Flow by section
measure-entry-flow-vph = Flow into the network
measure-choice-queue-veh = Queues forecast with a choice of stage
measure-choice-time-spent-veh-h-change = Time spent after a choice of stage, change
measure-movement-flow-vph = Flow by turn
