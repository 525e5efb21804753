/** What the main thread and the stream's worker say to each other. */
import type { State, StateChange } from '../api/types';
import type { ToOverlay } from '../map/overlay-terms';

export type ToWorker =
  | { type: 'open'; url: string; anchor: [number, number] }
  /** What the city is asked for. */
  | { type: 'view'; bounds: [number, number, number, number]; vehicles: boolean }
  | ToOverlay;

export type Tell = (message: ToWorker, transfer?: Transferable[]) => void;

export type FromWorker =
  | { type: 'link'; up: boolean }
  | { type: 'state'; state: State }
  | { type: 'change'; change: StateChange }
  | { type: 'roads'; speed: Uint8Array<ArrayBuffer> }
  /** What moves in the city has begun to come. */
  | { type: 'living' };
