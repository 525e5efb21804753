/** What the main thread and the stream's worker say to each other. */
import type { State, StateChange } from '../api/types';
import type { HeadLayout } from './heads';
import type { Motion } from './motion';

export type ToWorker =
  | { type: 'open'; url: string; anchor: [number, number] }
  | { type: 'heads'; layout: HeadLayout }
  /** Motion that was uploaded: its buffer goes back to be filled again. */
  | { type: 'spent'; buffer: ArrayBuffer }
  | { type: 'view'; bounds: [number, number, number, number]; vehicles: boolean };

export type FromWorker =
  | { type: 'link'; up: boolean }
  | { type: 'state'; state: State }
  | { type: 'change'; change: StateChange }
  | { type: 'vehicles'; motion: Motion }
  | { type: 'roads'; speed: Uint8Array<ArrayBuffer>; queue: Uint8Array<ArrayBuffer> }
  | { type: 'signals'; heads: Uint8Array<ArrayBuffer> }
  | { type: 'rate'; bytesPerSecond: number }
  | { type: 'bad-frame'; detail: string };
