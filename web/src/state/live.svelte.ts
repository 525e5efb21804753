/** The city as it is now: what never changes, what the stream last said, and the link to it. */
import { read } from '../api/client';
import type {
  Accuracy,
  City,
  HistoryPoint,
  Junction,
  Lane,
  Network,
  Road,
  Session,
  State,
} from '../api/types';
import { mercatorX, mercatorY } from '../frame/motion';
import type { FromWorker, ToWorker } from '../frame/protocol';
import { words } from '../words/i18n.svelte';
import { merged } from './merge';
import { matters } from './rank';

type Listener = (message: FromWorker) => void;

class Live {
  city = $state.raw<City | null>(null);
  session = $state.raw<Session | null>(null);
  network = $state.raw<Network | null>(null);
  places = $state.raw<GeoJSON.FeatureCollection | null>(null);
  state = $state.raw<State | null>(null);
  history = $state.raw<HistoryPoint[]>([]);
  /** How far estimate, forecast and predictions were off, as last measured. */
  accuracy = $state.raw<Accuracy | null>(null);
  linked = $state(false);
  /** The reason the city could not be loaded. */
  failure = $state.raw<unknown>(null);

  readonly zone = $derived(this.city?.time_zone ?? 'UTC');
  /** A past moment is shown: nothing can be done there. */
  readonly past = $derived(this.state?.clock.scrubbed === true);
  /** What matters now, first what matters most. */
  readonly matters = $derived(this.state ? matters(this.state) : []);
  readonly mode = $derived(this.state?.clock.mode ?? this.city?.mode ?? 'simulated');
  readonly roads = $derived(indexed<Road>(this.network?.roads));
  readonly lanes = $derived(indexed<Lane>(this.network?.lanes));
  readonly junctions = $derived(indexed<Junction>(this.network?.junctions));

  /** Where the stream's positions are counted from, in Mercator shares. */
  anchor: [number, number] = [0, 0];
  private worker: Worker | null = null;
  private listeners = new Set<Listener>();

  /** Loads the city, then follows its stream. */
  async start(): Promise<void> {
    try {
      const drawn = Promise.all([read.network(), read.places()]);
      // Whatever fails is told once, below.
      drawn.catch(() => undefined);
      const [city, session, state] = await Promise.all([read.city(), read.session(), read.state()]);
      this.city = city;
      this.session = session;
      this.state = state;
      this.anchor = [mercatorX(city.center.lon), mercatorY(city.center.lat)];
      this.open();
      [this.network, this.places] = await drawn;
      this.followMeasures();
    } catch (error) {
      this.failure = error;
    }
  }

  /** A road's name in the reader's language, its name in the files, or its number. */
  roadName(id: number): string {
    const road = this.roads.get(id);
    return words.name(road?.label) || road?.name || String(id);
  }

  /** What the stream says, for the map. Returns how to stop listening. */
  onMessage(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(message: ToWorker, transfer: Transferable[] = []): void {
    this.worker?.postMessage(message, transfer);
  }

  private open(): void {
    const url = new URL('/api/v1/stream', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    this.worker = new Worker(new URL('../frame/stream.worker.ts', import.meta.url), {
      type: 'module',
    });
    this.worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === 'state') this.state = data.state;
      else if (data.type === 'change') this.state = this.state && merged(this.state, data.change);
      else if (data.type === 'link') this.linked = data.up;
      for (const listener of this.listeners) listener(data);
    };
    this.tell({ type: 'open', url: url.href, anchor: this.anchor });
  }

  private followMeasures(): void {
    const refresh = () => {
      if (document.hidden) return;
      // The strip and the bar keep their last figures until the server answers again.
      const kept = () => undefined;
      read.history().then((points) => {
        this.history = points;
      }, kept);
      read.accuracy().then((measured) => {
        this.accuracy = measured;
      }, kept);
    };
    refresh();
    setInterval(refresh, 5000);
  }
}

function indexed<T extends { id: number }>(items: T[] | undefined): Map<number, T> {
  return new Map((items ?? []).map((item) => [item.id, item]));
}

export const live = new Live();
