/** What is open on screen: the drawer's subject, the sheet, a pick in progress, toasts. */
import type { Message, Place } from '../api/types';

export type Subject =
  | { kind: 'proposal' | 'event' | 'decision' | 'junction' | 'call' | 'road'; id: number }
  | { kind: 'dispatch'; road: number | null }
  | { kind: 'closing'; lane: number | null }
  | { kind: 'area' };

/** West, south, east, north. */
export type Box = [number, number, number, number];
export type SheetName = 'tables' | 'journal' | 'accuracy' | 'trend' | 'help';
export interface Toast {
  id: number;
  /** Told in the language of the page, also when that changes. */
  message: Message;
  bad: boolean;
}

class Ui {
  subject = $state.raw<Subject | null>(null);
  sheet = $state<SheetName | null>(null);
  /** Junctions chosen to be taken together. */
  area = $state.raw<ReadonlySet<number>>(new Set());
  /** What the tables begin by looking for. */
  tableQuery = '';
  stopAsked = $state(false);
  toasts = $state.raw<Toast[]>([]);
  /** Where the map should go next; a new object each time. */
  goal = $state.raw<{ lon: number; lat: number; zoom?: number } | { box: Box } | 'all' | null>(
    null,
  );
  /** Why the city's own base map cannot be had. */
  baseTrouble = $state<string | null>(null);
  /** Spoken to screen readers. */
  spoken = $state.raw<Message | null>(null);
  private next = 1;
  private opener: HTMLElement | null = null;

  /** What a click on the map picks, when a form waits for it. */
  readonly picking = $derived(
    this.subject?.kind === 'dispatch' ? 'road' : this.subject?.kind === 'closing' ? 'lane' : null,
  );

  open(subject: Subject): void {
    if (!this.subject) this.opener = document.activeElement as HTMLElement | null;
    this.subject = subject;
    this.sheet = null;
  }

  /** Closes the drawer and gives the focus back to what opened it. */
  close(): void {
    this.subject = null;
    if (this.opener?.isConnected) this.opener.focus();
    this.opener = null;
  }

  /** Brings all of `places` onto the map. */
  show(places: Pick<Place, 'lon' | 'lat'>[]): void {
    if (places.length === 0) return;
    const [lons, lats] = [places.map((p) => p.lon), places.map((p) => p.lat)];
    this.goal = {
      box: [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)],
    };
  }

  /** Puts `ids` into the area, or takes them out of it. */
  choose(ids: number[], chosen: boolean): void {
    const area = new Set(this.area);
    for (const id of ids) {
      if (chosen) area.add(id);
      else area.delete(id);
    }
    this.area = area;
  }

  goTo(place: Pick<Place, 'lon' | 'lat'>, zoom = 16): void {
    this.goal = { lon: place.lon, lat: place.lat, zoom };
  }

  say(message: Message, bad = false): void {
    const toast = { id: this.next++, message, bad };
    this.toasts = [...this.toasts.slice(-2), toast];
    this.spoken = message;
    setTimeout(() => this.dismiss(toast.id), bad ? 12_000 : 6_000);
  }

  dismiss(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }
}

export const ui = new Ui();
