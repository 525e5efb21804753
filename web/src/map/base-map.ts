/** A base map the city brought itself (WMTS or PMTiles), laid under the drawn streets. */
import { addProtocol, type LayerSpecification, type MapLibreMap } from 'maplibre-gl';
import type { BaseMap } from '../api/types';
import { token } from './palette';

/** Fills of the drawn city that a base map takes the place of. */
const COVERED = [
  'place-homes',
  'place-jobs',
  'place-shops',
  'place-school',
  'place-hospital',
  'place-park',
];
const ABOVE = 'place-homes';

/** Adds `base` to a freshly built style. */
export async function addBaseMap(map: MapLibreMap, base: BaseMap): Promise<void> {
  const { attribution } = base;
  if (base.kind === 'wmts') {
    map.addSource('base', {
      type: 'raster',
      tiles: [tileTemplate(base.url)],
      tileSize: 256,
      attribution,
    });
    map.addLayer({ id: 'base', type: 'raster', source: 'base' }, ABOVE);
  } else {
    const { PMTiles, Protocol, TileType } = await import('pmtiles');
    const protocol = new Protocol();
    addProtocol('pmtiles', protocol.tile);
    const archive = new PMTiles(base.url);
    protocol.add(archive);
    const header = await archive.getHeader();
    const url = `pmtiles://${base.url}`;
    if (header.tileType === TileType.Mvt) {
      map.addSource('base', { type: 'vector', url, attribution });
      for (const layer of vectorLayers()) map.addLayer(layer, ABOVE);
    } else {
      map.addSource('base', { type: 'raster', url, tileSize: 256, attribution });
      map.addLayer({ id: 'base', type: 'raster', source: 'base' }, ABOVE);
    }
  }
  cover(map, true);
}

/** Lets the base map show through the drawn city, or draws the city in full where it is missing. */
export function cover(map: MapLibreMap, covered: boolean): void {
  for (const id of COVERED) {
    if (map.getLayer(id)) map.setPaintProperty(id, 'fill-opacity', covered ? 0.25 : 1);
  }
}

/** How long the first tile is waited for where the map says that none is on its way, ms. */
const PATIENCE_MS = 4000;
/** How long it is waited for whatever the map says, ms. */
const PATIENCE_MS_MAX = 15_000;
const ASK_EVERY_MS = 500;

/**
 * Notices that a base map cannot be had.
 *
 * A tile that is not there (404) is no error to the map; none at all is one to the reader. A clock
 * asks, not the map's pictures: they may stand still (nothing moves, the graphics context is lost),
 * and a source whose tiles are neither had nor refused never says that it is done.
 */
export class BaseWatch {
  private trouble: string | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;
  private waitedMs = 0;
  private seen = false;

  /** `tell` gets why there is no base map, and `null` once there is one. */
  constructor(
    private readonly map: Pick<MapLibreMap, 'on' | 'getSource' | 'isSourceLoaded'>,
    private readonly tell: (trouble: string | null) => void,
  ) {
    map.on('sourcedata', (event) => {
      if (event.sourceId !== 'base' || event.tile?.state !== 'loaded') return;
      this.seen = true;
      this.end();
      this.say(null);
    });
  }

  /** The base map at `url` was asked for. */
  begin(url: string): void {
    if (this.seen || this.timer !== null) return;
    // Counted in ticks: while the page sleeps nobody waits.
    this.timer = setInterval(() => this.check(url), ASK_EVERY_MS);
  }

  /** It cannot be had, and why. */
  failed(trouble: string): void {
    this.say(trouble);
  }

  /** Nobody looks any more. */
  end(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private check(url: string): void {
    this.waitedMs += ASK_EVERY_MS;
    const done = this.map.getSource('base') !== undefined && this.map.isSourceLoaded('base');
    if (this.waitedMs < (done ? PATIENCE_MS : PATIENCE_MS_MAX)) return;
    this.end();
    if (this.trouble === null) this.say(url);
  }

  private say(trouble: string | null): void {
    if (trouble === this.trouble) return;
    this.trouble = trouble;
    this.tell(trouble);
  }
}

/** WMTS templates name their parts in braces of their own. */
export function tileTemplate(url: string): string {
  return url
    .replace(/\{TileMatrix\}/i, '{z}')
    .replace(/\{TileCol\}/i, '{x}')
    .replace(/\{TileRow\}/i, '{y}');
}

/** Quiet fills for the layer names that vector base maps commonly use. */
function vectorLayers(): LayerSpecification[] {
  const fill = (layer: string, color: string): LayerSpecification => ({
    id: `base-${layer}`,
    type: 'fill',
    source: 'base',
    'source-layer': layer,
    paint: { 'fill-color': token(color) },
  });
  return [fill('landuse', 'map-homes'), fill('water', 'map-water'), fill('buildings', 'map-jobs')];
}
