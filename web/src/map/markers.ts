/** Marks of events, ambulances and corridor junctions: elements over the map, in step with state. */
import { type MapLibreMap, Marker } from 'maplibre-gl';
import { ICONS } from './icons';

export interface Mark {
  key: string;
  lon: number;
  lat: number;
  icon?: string;
  text?: string;
  /** Class names that say how it looks. */
  look: string;
  label: string;
  pick?: () => void;
}

interface Shown {
  marker: Marker;
  mark: Mark;
}

/** More marks than this hide each other; the list has them all. */
const MARKS_MAX = 200;

export class Marks {
  private shown = new Map<string, Shown>();

  constructor(private readonly map: MapLibreMap) {}

  /** Shows exactly `marks`. */
  set(marks: Mark[]): void {
    const wanted = new Map(marks.slice(0, MARKS_MAX).map((mark) => [mark.key, mark]));
    for (const [key, { marker }] of this.shown) {
      if (wanted.has(key)) continue;
      marker.remove();
      this.shown.delete(key);
    }
    for (const mark of wanted.values()) this.put(mark);
  }

  private put(mark: Mark): void {
    const old = this.shown.get(mark.key);
    if (old) {
      if (old.mark.lon !== mark.lon || old.mark.lat !== mark.lat) {
        old.marker.setLngLat([mark.lon, mark.lat]);
      }
      if (
        old.mark.look !== mark.look ||
        old.mark.text !== mark.text ||
        old.mark.label !== mark.label
      ) {
        dress(old.marker.getElement(), mark);
      }
      old.mark = mark;
      return;
    }
    const element = document.createElement(mark.pick ? 'button' : 'div');
    const shown: Shown = { marker: new Marker({ element }), mark };
    // The list beside the map is the way by keyboard; marks would be a hundred stops.
    if (mark.pick) {
      element.tabIndex = -1;
      element.addEventListener('click', (event) => {
        event.stopPropagation();
        shown.mark.pick?.();
      });
    }
    dress(element, mark);
    shown.marker.setLngLat([mark.lon, mark.lat]).addTo(this.map);
    this.shown.set(mark.key, shown);
  }
}

function dress(element: HTMLElement, mark: Mark): void {
  const placed = [...element.classList].filter((name) => name.startsWith('maplibregl'));
  element.className = [...placed, 'mark', ...mark.look.split(' ')].join(' ');
  element.title = mark.label;
  if (mark.pick)
    element.setAttribute('aria-label', [mark.text, mark.label].filter(Boolean).join(' · '));
  else element.setAttribute('aria-hidden', 'true');
  element.replaceChildren();
  if (mark.icon) element.append(icon(mark.icon));
  if (mark.text)
    element.append(Object.assign(document.createElement('span'), { textContent: mark.text }));
}

function icon(name: string): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ICONS[name] ?? ICONS.target!);
  svg.append(path);
  return svg;
}
