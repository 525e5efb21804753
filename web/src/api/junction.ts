/** One junction in depth, as `GET /api/v1/junctions/{id}` answers. */
import type { Message, Movement, Name } from './types';

/** The estimated flow from one road into another. */
export interface Turn {
  from: number;
  to: number;
  turn: Movement['turn'];
  flow_vph: number;
  flow_sd_vph: number;
}

export interface JunctionDetail {
  id: number;
  label: Name;
  law: string | null;
  plan: string | null;
  stage: number | null;
  since_ms: number | null;
  aspects: { group: number; aspect: string }[];
  taken_by: string | null;
  manual: boolean;
  choice: {
    at_ms: number;
    stage: number;
    text: Message;
  } | null;
  lanes: {
    lane: number;
    road: number;
    queue_veh: number;
    queue_sd_veh: number;
    count_veh: number;
    speed_mps: number;
    speed_sd_mps: number;
  }[];
  /** Flows from road to road; none while looking back. */
  turns: Turn[];
  rehearsed_choice: { predicted_veh_s: number; rehearsed_veh_s: number } | null;
}
