/**
 * Draws the overlay in the stream's worker: one buffer upload per frame of the stream, a few draw
 * calls per picture.
 *
 * A picture is drawn at once when the map was drawn with another view, and otherwise with the
 * worker's own animation frames. A lost graphics context draws nothing; when it comes back, what
 * was told before is told to new painters.
 */
import type { Motion } from '../frame/motion';
import { HeadPainter } from './head-painter';
import { type Camera, type Choice, type Heads, NO_WEBGL, VEHICLE_ZOOM } from './overlay-terms';
import type { OverlayColors } from './palette';
import { VehiclePainter } from './vehicle-painter';

/** From this zoom on, signal heads are drawn apart; below, each junction is a dot. */
const HEAD_ZOOM = 14.6;

const ramp = (zoom: number, from: number, to: number) =>
  Math.min(1, Math.max(0, (zoom - from) / (to - from)));

export class OverlayPainter {
  private readonly gl: WebGL2RenderingContext;
  private painters: { vehicles: VehiclePainter; heads: HeadPainter };
  private camera: Camera | null = null;
  private choice: Choice = { vehicles: true, signals: true, still: false };
  private colors: OverlayColors | null = null;
  private heads: Heads | null = null;
  private aspects: Uint8Array | null = null;
  private asked = 0;

  /** Throws where the browser has no WebGL 2 in workers. */
  constructor(private readonly canvas: OffscreenCanvas) {
    const gl = canvas.getContext('webgl2', { antialias: false, premultipliedAlpha: true });
    if (!gl) throw new Error(NO_WEBGL);
    this.gl = gl;
    this.painters = this.build();
    canvas.addEventListener('webglcontextlost', (event) => event.preventDefault());
    canvas.addEventListener('webglcontextrestored', () => {
      this.painters = this.build();
      if (this.colors) this.setColors(this.colors);
      const { aspects } = this;
      if (this.heads) this.setHeads(this.heads);
      if (aspects) this.setAspects(aspects);
    });
  }

  setCamera(camera: Camera): void {
    this.camera = camera;
    this.draw();
  }

  setChoice(choice: Choice): void {
    this.choice = choice;
    this.ask();
  }

  setColors(colors: OverlayColors): void {
    this.colors = colors;
    this.painters.vehicles.setColors(colors);
    this.painters.heads.setColors(colors);
    this.ask();
  }

  setHeads(heads: Heads): void {
    this.heads = heads;
    this.aspects = null;
    this.painters.heads.setHeads(heads);
    this.ask();
  }

  setAspects(aspects: Uint8Array): void {
    this.aspects = aspects;
    this.painters.heads.setAspects(aspects);
    this.ask();
  }

  setMotion(motion: Motion): void {
    this.painters.vehicles.setMotion(motion, performance.now());
    this.ask();
  }

  clearVehicles(): void {
    this.painters.vehicles.clear();
    this.ask();
  }

  remove(): void {
    cancelAnimationFrame(this.asked);
    this.camera = null;
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  private build() {
    return { vehicles: new VehiclePainter(this.gl), heads: new HeadPainter(this.gl) };
  }

  /** Draws with the next picture. */
  private ask(): void {
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      this.draw();
    });
  }

  private draw(): void {
    const { camera, canvas, choice, gl, painters } = this;
    if (!camera) return;
    const { zoom, width, height } = camera;
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const now = performance.now();
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    if (choice.signals && zoom > HEAD_ZOOM) {
      painters.heads.draw(camera, ramp(zoom, HEAD_ZOOM, 15), ramp(zoom, 15.2, 16) * 0.7);
    }
    if (!choice.vehicles || zoom <= VEHICLE_ZOOM) return;
    const alpha = ramp(zoom, VEHICLE_ZOOM, VEHICLE_ZOOM + 0.4);
    painters.vehicles.draw(camera, now, choice.still, alpha);
    if (!choice.still && painters.vehicles.moving(now)) this.ask();
  }
}
