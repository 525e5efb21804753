/**
 * A second canvas over the drawn map for what moves: vehicles and signal heads.
 *
 * MapLibre redraws the whole city for any change in one of its layers. Ten or more times a second
 * that would cost every street and name again, so what moves is drawn apart: one buffer upload per
 * frame of the stream, one or two draw calls per picture. A marker layer inside the map hands over
 * its matrix, and both canvases are drawn in the same picture while the map itself moves.
 */
import type { CustomLayerInterface, CustomRenderMethodInput, MapLibreMap } from 'maplibre-gl';
import type { Motion } from '../frame/motion';
import { UNIT } from '../frame/motion';
import { anchored, type View } from './gl';
import { HeadPainter } from './head-painter';
import { VehiclePainter } from './vehicle-painter';

/** From this zoom on, vehicles are asked for and drawn. */
export const VEHICLE_ZOOM = 13.6;
/** From this zoom on, signal heads are drawn apart; below, each junction is a dot. */
const HEAD_ZOOM = 14.6;

const ramp = (zoom: number, from: number, to: number) =>
  Math.min(1, Math.max(0, (zoom - from) / (to - from)));

export class Overlay {
  readonly vehicles: VehiclePainter;
  readonly heads: HeadPainter;
  showVehicles = true;
  showSignals = true;
  private readonly canvas = document.createElement('canvas');
  private readonly gl: WebGL2RenderingContext;
  private readonly still = matchMedia('(prefers-reduced-motion: reduce)');
  private matrix: ArrayLike<number> | null = null;
  private asked = 0;
  private dead = false;

  /** Throws where the browser has no WebGL 2. */
  constructor(
    private readonly map: MapLibreMap,
    private readonly anchor: [number, number],
    private readonly lat: number,
  ) {
    const gl = this.canvas.getContext('webgl2', { antialias: false, premultipliedAlpha: true });
    if (!gl) throw new Error('WebGL 2 is not available');
    this.gl = gl;
    this.canvas.className = 'overlay';
    this.canvas.setAttribute('aria-hidden', 'true');
    map.getCanvas().after(this.canvas);
    this.vehicles = new VehiclePainter(gl);
    this.heads = new HeadPainter(gl);
    this.resize();
    map.on('resize', () => this.resize());
  }

  /** A layer that draws nothing in the map and passes its matrix on. */
  follower(): CustomLayerInterface {
    return {
      id: 'overlay',
      type: 'custom',
      render: (_gl: WebGL2RenderingContext, input: CustomRenderMethodInput) => {
        this.matrix = Array.from(input.defaultProjectionData.mainMatrix);
        this.draw();
      },
    };
  }

  setMotion(motion: Motion): void {
    this.vehicles.setMotion(motion, performance.now());
    this.ask();
  }

  /** Takes the colors of the theme on the page. */
  repaint(): void {
    this.vehicles.repaint();
    this.heads.repaint();
    this.ask();
  }

  /** Draws with the next picture. */
  ask(): void {
    if (this.asked || this.dead) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      this.draw();
    });
  }

  remove(): void {
    this.dead = true;
    cancelAnimationFrame(this.asked);
    this.canvas.remove();
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  private resize(): void {
    const source = this.map.getCanvas();
    this.canvas.width = source.width;
    this.canvas.height = source.height;
    this.canvas.style.width = source.style.width;
    this.canvas.style.height = source.style.height;
    this.ask();
  }

  private draw(): void {
    if (!this.matrix || this.dead) return;
    const { gl } = this;
    const zoom = this.map.getZoom();
    const now = performance.now();
    const view: View = { matrix: anchored(this.matrix, this.anchor, UNIT), zoom, lat: this.lat };
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    if (this.showSignals && zoom > HEAD_ZOOM) {
      this.heads.draw(view, ramp(zoom, HEAD_ZOOM, 15), ramp(zoom, 15.2, 16) * 0.7);
    }
    const shown = this.showVehicles && zoom > VEHICLE_ZOOM;
    if (!shown) return;
    this.vehicles.draw(view, now, this.still.matches, ramp(zoom, VEHICLE_ZOOM, VEHICLE_ZOOM + 0.4));
    if (!this.still.matches && this.vehicles.moving(now)) this.ask();
  }
}
