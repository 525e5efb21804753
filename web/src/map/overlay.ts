/**
 * A second canvas over the drawn map for what moves: vehicles and signal heads.
 *
 * MapLibre redraws the whole city for any change in one of its layers. Ten or more times a second
 * that would cost every street and name again, so what moves is drawn apart, and by the worker that
 * holds the stream (`overlay-painter.ts`): a frame never reaches this thread. A layer inside the
 * map passes its view on whenever it was drawn with another one, so that both stay in step.
 */
import type { CustomLayerInterface, CustomRenderMethodInput, MapLibreMap } from 'maplibre-gl';
import { UNIT } from '../frame/motion';
import type { Tell } from '../frame/protocol';
import { anchored } from './gl';
import { type Camera, type Heads, NO_WEBGL } from './overlay-terms';
import { overlayColors } from './palette';

export class Overlay {
  private readonly canvas = document.createElement('canvas');
  private readonly stillness = matchMedia('(prefers-reduced-motion: reduce)');
  private readonly gone = new AbortController();
  private shown = { vehicles: true, signals: true };
  private camera: Camera | null = null;

  /** Throws where the browser has no canvas that a worker could draw on. */
  constructor(
    private readonly map: MapLibreMap,
    private readonly anchor: [number, number],
    private readonly lat: number,
    private readonly tell: Tell,
  ) {
    if (typeof this.canvas.transferControlToOffscreen !== 'function') throw new Error(NO_WEBGL);
    this.canvas.className = 'overlay';
    this.canvas.setAttribute('aria-hidden', 'true');
    map.getCanvas().after(this.canvas);
    const canvas = this.canvas.transferControlToOffscreen();
    tell({ type: 'canvas', canvas }, [canvas]);
    this.repaint();
    this.tellChoice();
    this.stillness.addEventListener('change', () => this.tellChoice(), {
      signal: this.gone.signal,
    });
    this.resize();
    map.on('resize', () => this.resize());
  }

  get showsVehicles(): boolean {
    return this.shown.vehicles;
  }

  show(shown: { vehicles: boolean; signals: boolean }): void {
    this.shown = shown;
    this.tellChoice();
  }

  /** A layer that draws nothing in the map and passes its view on. */
  follower(): CustomLayerInterface {
    return {
      id: 'overlay',
      type: 'custom',
      render: (_gl: WebGL2RenderingContext, input: CustomRenderMethodInput) => {
        const { width, height } = this.map.getCanvas();
        const matrix = anchored(input.defaultProjectionData.mainMatrix, this.anchor, UNIT);
        const camera = { matrix, zoom: this.map.getZoom(), lat: this.lat, width, height };
        if (this.camera && same(this.camera, camera)) return;
        this.camera = camera;
        this.tell({ type: 'camera', camera });
      },
    };
  }

  setHeads(heads: Heads): void {
    this.tell({ type: 'heads', heads });
  }

  /** Takes the colors of the theme on the page. */
  repaint(): void {
    this.tell({ type: 'colors', colors: overlayColors() });
  }

  remove(): void {
    this.gone.abort();
    this.canvas.remove();
    this.tell({ type: 'removed' });
  }

  private tellChoice(): void {
    this.tell({ type: 'choice', choice: { ...this.shown, still: this.stillness.matches } });
  }

  /** The element only; its pixels come with the next view. */
  private resize(): void {
    const { width, height } = this.map.getCanvas().style;
    Object.assign(this.canvas.style, { width, height });
  }
}

function same(a: Camera, b: Camera): boolean {
  return (
    a.zoom === b.zoom &&
    a.width === b.width &&
    a.height === b.height &&
    a.matrix.every((value, k) => value === b.matrix[k])
  );
}
