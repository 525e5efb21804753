/** The wire types of docs/api.md, version 1. Times are milliseconds on the city clock. */

export type Name = { zh: string; en: string };
export type Message = { key: string; args?: Record<string, MessageArg> };
export type MessageArg = number | string | boolean | Message | Name | { label: Name };
export type Mode = 'live' | 'replay' | 'simulated';
export type LonLat = [number, number];

export interface Session {
  person: string;
  name: string;
  role: string;
  demo: boolean;
  may_see_patients: boolean;
}

export interface BaseMap {
  kind: 'wmts' | 'pmtiles';
  url: string;
  attribution: string;
}

export interface City {
  name: Name;
  time_zone: string;
  mode: Mode;
  center: { lon: number; lat: number };
  bounds: [number, number, number, number];
  seed: number | null;
  counts: Record<'junctions' | 'signals' | 'roads' | 'lanes' | 'detectors', number>;
  assumptions: Name[];
  base_map: BaseMap | null;
}

export type RoadClass = 'expressway' | 'arterial' | 'collector' | 'local';

export interface Road {
  id: number;
  name: string;
  label: Name;
  class: RoadClass;
  from: number;
  to: number;
  length_m: number;
  speed_limit_mps: number;
  lanes: number[];
  shape: LonLat[];
}

export interface Lane {
  id: number;
  road: number;
  index: number;
  width_m: number;
  shape: LonLat[];
}

export interface Movement {
  from: number;
  to: number;
  turn: 'straight' | 'left' | 'right' | 'u_turn';
  shape: LonLat[];
}

export interface Group {
  name: string;
  kind: 'vehicle' | 'pedestrian';
  movements: Movement[];
}

export interface Junction {
  id: number;
  name: string;
  label: Name;
  lon: number;
  lat: number;
  radius_m: number;
  kind: 'boundary' | 'priority' | 'signalized';
  district: number | string | null;
  groups: Group[];
  stages: { name: string; green: number[] }[];
  plans: { name: string; cycle_s: number; offset_s: number }[];
}

export interface Detector {
  id: number;
  lane: number;
  position_m: number;
  kind: string;
  lon: number;
  lat: number;
}

export interface Network {
  version: number;
  roads: Road[];
  lanes: Lane[];
  junctions: Junction[];
  detectors: Detector[];
}

export interface Kpi {
  vehicles: number;
  waiting_to_enter: number;
  mean_speed_mps: number;
  mean_delay_s: number;
  total_delay_veh_h: number;
  stops_per_vehicle: number;
  finished: number;
  queue_veh: number;
}

export interface Place {
  lon: number;
  lat: number;
  junction: number | null;
  road: number | null;
  lane: number | null;
  label: Name;
}

export type Severity = 'minor' | 'moderate' | 'severe' | 'extreme';

export interface CityEvent {
  id: number;
  type: string;
  source: string;
  place: Place;
  since_ms: number;
  until_ms: number | null;
  noticed_ms: number;
  severity: Severity;
  confidence: number;
  text: Message;
  evidence: { text: Message; value: number; unit: string }[];
  acknowledged: { by: string; at_ms: number } | null;
  rank: number;
}

export interface Prediction {
  measure: string;
  text: Message;
  unit: string;
  expected: number;
  low: number;
  high: number;
  better: 'lower' | 'higher';
  level: number;
}

export interface Rehearsal {
  draws: number;
  horizon_s: number;
  vehicle_steps: number;
  predictions: Prediction[];
}

export interface Option {
  index: number;
  text: Message;
  rehearsal: Rehearsal | null;
}

export interface Proposal {
  id: number;
  scene: string;
  at_ms: number;
  expires_ms: number;
  text: Message;
  place: Place;
  event: number | null;
  needs_approval: boolean;
  status: 'rehearsing' | 'open' | 'approved' | 'refused' | 'expired' | 'withdrawn';
  options: Option[];
  recommended: number;
  rank: number;
  /** Who took note of it; missing where the server keeps no such note. */
  acknowledged?: { by: string; at_ms: number } | null;
}

export interface Decision {
  id: number;
  proposal: number;
  option: number | null;
  who: string;
  authority: 'operator' | 'dispatcher' | 'policy' | string;
  why: string;
  /** The policy's own reason, where no person gave one. */
  why_text?: Message | null;
  mode: Mode;
  at_ms: number;
  text: Message;
  place: Place;
  predicted: Prediction[];
  outcome: { at_ms: number; measured: Measured[] } | null;
  commands: number;
  refused_commands: number;
}

export interface Measured {
  measure: string;
  unit: string;
  value: number;
  inside: boolean;
}

export interface CorridorJunction {
  junction: number;
  eta_ms: number;
  state: 'planned' | 'clearing' | 'green' | 'passed';
}

export interface Call {
  id: number;
  kind: string;
  at_ms: number;
  place: Place;
  coarse: boolean;
  stage: 'to_patient' | 'at_patient' | 'to_hospital' | 'arrived';
  vehicle: { lon: number; lat: number; heading_deg: number; speed_mps: number } | null;
  route: number[];
  corridor: { decision: number | null; junctions: CorridorJunction[] } | null;
  eta_ms: number | null;
  without: { eta_ms: number | null; stage: string } | null;
  patient?: { name: string; phone: string; address: string } | null;
  /** What was said of the patient is erased; told to a dispatcher only. */
  erased?: boolean;
}

export interface Closure {
  lane: number;
  road: number;
  since_ms: number;
  who: string;
  reason: string;
}

export interface Control {
  junction: number;
  law: string;
  taken_by: string | null;
  manual: boolean;
}

/** A road as the map shows it at this moment. */
export interface RoadNow {
  id: number;
  vehicles: number;
  queue_veh: number;
  speed_ratio: number | null;
}

/** A signal at this moment; stage and name are `null` between two stages. */
export interface SignalNow {
  id: number;
  stage: number | null;
  stage_name: string | null;
  green: string[];
  since_ms: number | null;
  plan: string | null;
}

export interface Alarm {
  id: number;
  at_ms: number;
  junction: number | null;
  text: Message;
}

export interface Clock {
  at_ms: number;
  mode: Mode;
  paused: boolean;
  speed: number;
  scrubbed: boolean;
  earliest_ms: number;
  latest_ms: number;
  steps_per_wall_second: number;
  /** The city stands still until a rehearsal is ready. */
  waiting?: boolean;
}

export interface State {
  sequence: number;
  clock: Clock;
  kpi: { with: Kpi; without: Kpi | null };
  events: CityEvent[];
  proposals: Proposal[];
  decisions: Decision[];
  calls: Call[];
  closures: Closure[];
  controls: Control[];
  alarms: Alarm[];
  stopped: { by: string; at_ms: number; reason: string } | null;
}

/** What changed of a list: entries that are new or different, and the order of all if that changed. */
export interface ListChange<T> {
  changed: T[];
  /** Key and rank of entries of which nothing but the rank changed. */
  ranks?: [number, number][];
  order?: number[];
}

/** What changed of the state since the message before; what is absent is as it was. */
export type StateChange = {
  [K in keyof State]?: State[K] extends (infer T)[] ? ListChange<T> : State[K];
};

export interface Accuracy {
  estimate: {
    measure: string;
    bias: number;
    mae: number;
    rmse: number;
    coverage_90: number | null;
    n: number;
  }[];
  forecast: {
    measure: string;
    horizon_s: number;
    bias: number;
    mae: number;
    rmse: number;
    /** Where nothing came, a share of it says nothing. */
    mape: number | null;
    coverage_90: number | null;
    n: number;
  }[];
  predictions: {
    decisions: number;
    outcomes: number;
    inside: number;
    coverage: number | null;
    by_measure: { measure: string; n: number; coverage: number | null; mean_width: number }[];
  };
  /** Sampled choices of stage, rehearsed afterwards beside keeping the stage shown. */
  choices: { sampled: number; better: number; worse: number };
}

export interface HistoryPoint {
  at_ms: number;
  with: Kpi;
  without: Kpi | null;
}

export interface JournalRecord {
  sequence: number;
  at_ms: number;
  kind: string;
  who: string;
  text: Message;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  message: Message;
  code: string;
}
