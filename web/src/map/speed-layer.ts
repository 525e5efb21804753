/** Speed by road as a layer inside the drawn map, under its names. */
import type { CustomLayerInterface, CustomRenderMethodInput, MapLibreMap } from 'maplibre-gl';
import { UNIT } from '../frame/motion';
import { anchored } from './gl';
import { rampTexels, rgb, speedColors, token } from './palette';
import type { Mesh } from './ribbon';
import { RibbonPainter } from './ribbon-painter';

/** Least width of the ribbons by zoom: hair lines over the whole city, bands in a street. */
const thin = (zoom: number) => Math.min(1.6, Math.max(0.55, 0.55 + (zoom - 11) * 0.3));
/** The ribbons step back where vehicles are drawn. */
export const ribbonAlpha = (zoom: number) => Math.min(1, Math.max(0.4, 1 - (zoom - 15.4) * 0.5));

export class SpeedLayer implements CustomLayerInterface {
  readonly id = 'speed';
  readonly type = 'custom' as const;
  visible = true;
  private map: MapLibreMap | null = null;
  private painter: RibbonPainter | null = null;
  private values: Uint8Array | null = null;

  constructor(
    private readonly mesh: Mesh,
    private readonly anchor: [number, number],
    private readonly lat: number,
  ) {}

  onAdd(map: MapLibreMap, gl: WebGL2RenderingContext): void {
    this.map = map;
    this.painter = new RibbonPainter(gl);
    this.painter.setMesh(this.mesh);
    this.painter.setRamp(rampTexels(speedColors(), rgb(token('speed-empty'))));
    if (this.values) this.painter.setValues(this.values);
  }

  onRemove(): void {
    this.painter = null;
    this.map = null;
  }

  setSpeeds(values: Uint8Array): void {
    this.values = values;
    this.painter?.setValues(values);
    this.map?.triggerRepaint();
  }

  render(gl: WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    if (!this.visible || !this.values || !this.painter || !this.map) return;
    gl.disable(gl.CULL_FACE);
    gl.disable(gl.DEPTH_TEST);
    const matrix = anchored(input.defaultProjectionData.mainMatrix, this.anchor, UNIT);
    const zoom = this.map.getZoom();
    const grow = Math.min(1, Math.max(0.62, 1 - (zoom - 15) * 0.3));
    this.painter.draw(
      { matrix, zoom, lat: this.lat },
      { alpha: ribbonAlpha(zoom), thin: thin(zoom), grow },
    );
  }
}
