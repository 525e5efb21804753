/** The living map: MapLibre for the drawn city, the overlay for what moves, marks on top. */
import {
  MapLibreMap,
  NavigationControl,
  type PointLike,
  prewarm,
  ScaleControl,
  setWorkerUrl,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import type { City, LonLat, Network } from '../api/types';
import type { FromWorker, Tell } from '../frame/protocol';
import type { Lang } from '../words/i18n.svelte';
import { addBaseMap, BaseWatch, cover } from './base-map';
import {
  collection,
  junctionFeatures,
  laneMarkFeatures,
  middleFeatures,
  placeFeatures,
  roadFeatures,
  streetFeatures,
} from './features';
import { surroundings } from './geometry';
import { iconImage, PLACE_KINDS } from './icons';
import { Marks } from './markers';
import { Overlay } from './overlay';
import { VEHICLE_ZOOM } from './overlay-terms';
import { token } from './palette';
import type { Mesh } from './ribbon';
import { Shapes } from './shapes';
import { SpeedLayer } from './speed-layer';
import { BELOW_RIBBONS, cityStyle, SOURCES, type SourceName } from './style';
import { LABELLED } from './style-labels';

setWorkerUrl(workerUrl);
// Its workers start while the city is still on its way.
prewarm();

export interface CityMapOptions {
  container: HTMLElement;
  city: City;
  network: Network;
  places: GeoJSON.FeatureCollection;
  anchor: [number, number];
  lang: Lang;
  padding: { left: number; right: number; top: number; bottom: number };
  /** To the stream's worker, which asks for what is in view and draws what moves. */
  tell: Tell;
  /** The style was built afresh: what is shown or hidden is to be said again. */
  onDressed: () => void;
  onClick: (at: LonLat, junction: number | null, more: boolean) => void;
  /** The city's base map cannot be had, and why; `null` once it is there. */
  onBaseMap: (trouble: string | null) => void;
  /** A box was drawn on the map: west, south, east, north. */
  onBox: (box: [number, number, number, number]) => void;
}

/** Mark in the page's user timing: the city is drawn and what moves in it has begun to come. */
const LIVING = 'urbis-living';

export class CityMap {
  readonly map: MapLibreMap;
  readonly marks: Marks;
  private readonly overlay: Overlay;
  private readonly lat: number;
  private readonly data: Partial<Record<SourceName, GeoJSON.FeatureCollection>>;
  /** What the style was built with; sources say nothing of data set while it loads. */
  private styled: Partial<Record<SourceName, GeoJSON.FeatureCollection>>;
  private readonly roadMesh: Mesh;
  private speed: SpeedLayer | null = null;
  private lang: Lang;
  private speeds: Uint8Array | null = null;
  private readonly base: BaseWatch;
  private lives: () => void = () => undefined;
  private readonly living = new Promise<void>((resolve) => {
    this.lives = resolve;
  });

  constructor(private readonly options: CityMapOptions) {
    const { city, container, lang, network } = options;
    this.lang = lang;
    this.lat = city.center.lat;
    this.data = {
      places: placeFeatures(options.places),
      roads: roadFeatures(network),
      middles: middleFeatures(network),
      'lane-marks': laneMarkFeatures(network),
      streets: streetFeatures(network),
    };
    this.styled = { ...this.data };
    const shapes = new Shapes(network, options.anchor, this.lat);
    this.roadMesh = shapes.roads();
    this.map = new MapLibreMap({
      container,
      style: cityStyle(this.lat, lang, this.styled),
      bounds: city.bounds,
      fitBoundsOptions: { padding: options.padding },
      maxBounds: surroundings(city.bounds),
      minZoom: 9.5,
      maxZoom: 20,
      pitchWithRotate: false,
      dragRotate: false,
      // A box chooses what lies in it; zooming has the wheel and the keys.
      boxZoom: { boxZoomEnd: (_map, from, to) => this.boxed(from, to) },
      attributionControl: city.base_map ? { compact: false } : false,
      localIdeographFontFamily:
        '"Noto Sans CJK SC","Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif',
      fadeDuration: 120,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new NavigationControl({ showCompass: false }), 'bottom-right');
    this.map.addControl(new ScaleControl({ maxWidth: 110 }), 'bottom-right');
    this.overlay = new Overlay(this.map, options.anchor, this.lat, options.tell);
    this.overlay.setHeads(shapes.heads());
    this.marks = new Marks(this.map);
    this.map.on('style.load', () => this.dress());
    this.map.on('moveend', () => this.tellView());
    this.map.on('load', () => this.tellView());
    Promise.all([this.map.once('load'), this.living]).then(() => performance.mark(LIVING));
    this.map.on('click', (event) =>
      this.clicked(
        event.point.x,
        event.point.y,
        event.lngLat.toArray(),
        event.originalEvent.shiftKey,
      ),
    );
    this.map.on('error', (event) => this.failed(event));
    this.base = new BaseWatch(this.map, (trouble) => {
      cover(this.map, trouble === null);
      options.onBaseMap(trouble);
    });
    this.map.getCanvas().setAttribute('tabindex', '0');
  }

  setJunctions(
    network: Network,
    control: (id: number) => string,
    chosen: ReadonlySet<number>,
  ): void {
    this.setData('junctions', junctionFeatures(network, control, chosen));
  }

  setData(name: SourceName, data: GeoJSON.FeatureCollection): void {
    this.data[name] = data;
    const source = this.map.getSource(name);
    if (source && 'setData' in source) (source as { setData(d: unknown): void }).setData(data);
  }

  setLang(lang: Lang): void {
    if (lang === this.lang) return;
    this.lang = lang;
    for (const id of LABELLED) {
      if (this.map.getLayer(id)) this.map.setLayoutProperty(id, 'text-field', ['get', lang]);
    }
  }

  setShown(ids: string[], shown: boolean): void {
    for (const id of ids) {
      if (!this.map.getLayer(id)) continue;
      if (id === 'speed') {
        if (this.speed) this.speed.visible = shown;
        this.map.triggerRepaint();
      } else this.map.setLayoutProperty(id, 'visibility', shown ? 'visible' : 'none');
    }
  }

  /** What moves is shown or hidden, and asked for only where it is shown. */
  showMoving(shown: { vehicles: boolean; signals: boolean }): void {
    const asked = this.overlay.showsVehicles !== shown.vehicles;
    this.overlay.show(shown);
    if (asked) this.tellView();
  }

  /** Draws everything again in the colors of the theme on the page. */
  rebuild(): void {
    this.styled = { ...this.data };
    this.map.setStyle(cityStyle(this.lat, this.lang, this.styled), { diff: false });
    this.overlay.repaint();
  }

  receive(message: FromWorker): void {
    if (message.type === 'living') this.lives();
    else if (message.type === 'roads') {
      this.speeds = message.speed;
      this.speed?.setSpeeds(message.speed);
    }
  }

  goTo(lon: number, lat: number, zoom: number): void {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const { left, right, top, bottom } = this.options.padding;
    const target = Math.max(zoom, this.map.getZoom());
    // Panels cover the edges: the goal goes to the middle of what is left free.
    const offset: [number, number] = [(left - right) / 2, (top - bottom) / 2];
    this.map.flyTo({ center: [lon, lat], zoom: target, offset, duration: still ? 0 : 1100 });
  }

  showAll(): void {
    this.show(this.options.city.bounds);
  }

  show(box: [number, number, number, number]): void {
    const { padding } = this.options;
    // Room for the drawer that speaks of what is shown.
    const right = box === this.options.city.bounds ? padding.right : 460;
    this.map.fitBounds(box, { padding: { ...padding, right }, duration: 600, maxZoom: 16 });
  }

  clearPick(): void {
    this.setData('picked', collection([]));
  }

  remove(): void {
    this.base.end();
    this.overlay.remove();
    this.map.remove();
  }

  /** Adds to a fresh style what a style cannot say. */
  private dress(): void {
    for (const name of SOURCES) {
      const data = this.data[name];
      if (data && data !== this.styled[name]) this.setData(name, data);
    }
    for (const kind of PLACE_KINDS) {
      const image = iconImage(kind, token('map-label'), token('map-halo'));
      if (image && !this.map.hasImage(`place-${kind}`)) this.map.addImage(`place-${kind}`, image);
    }
    this.speed = new SpeedLayer(this.roadMesh, this.options.anchor, this.lat);
    this.map.addLayer(this.speed, BELOW_RIBBONS);
    if (this.speeds) this.speed.setSpeeds(this.speeds);
    this.map.addLayer(this.overlay.follower());
    const base = this.options.city.base_map;
    // A style that comes back with a lost graphics context has it already.
    if (base && !this.map.getSource('base')) {
      this.base.begin(base.url);
      addBaseMap(this.map, base).catch((error) =>
        this.base.failed(error instanceof Error ? error.message : String(error)),
      );
    }
    this.options.onDressed();
  }

  private failed(event: { error: { message: string }; sourceId?: string }): void {
    if (event.sourceId === 'base') this.base.failed(event.error.message);
    else console.error(event.error);
  }

  private tellView(): void {
    const b = this.map.getBounds();
    this.options.tell({
      type: 'view',
      bounds: [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()],
      vehicles: this.map.getZoom() >= VEHICLE_ZOOM && this.overlay.showsVehicles,
    });
  }

  private boxed(from: PointLike, to: PointLike): void {
    const [a, b] = [this.map.unproject(from), this.map.unproject(to)];
    this.options.onBox([
      Math.min(a.lng, b.lng),
      Math.min(a.lat, b.lat),
      Math.max(a.lng, b.lng),
      Math.max(a.lat, b.lat),
    ]);
  }

  private clicked(x: number, y: number, at: LonLat, more: boolean): void {
    const hit = this.map.getLayer('junction-hit')
      ? this.map.queryRenderedFeatures([x, y], { layers: ['junction-hit'] })[0]
      : undefined;
    this.options.onClick(at, hit ? Number(hit.properties.id) : null, more);
  }
}
