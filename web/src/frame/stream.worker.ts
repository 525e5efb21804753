/**
 * The stream's end in a worker: connects, decodes, joins frames, and draws what moves.
 *
 * The main thread gets only what it shows; no frame is parsed or drawn there.
 */
import { OverlayPainter } from '../map/overlay-painter';
import { BadFrame, decodeFrame } from './decode';
import { aspects, type HeadLayout } from './heads';
import { MotionJoiner } from './motion';
import type { FromWorker, ToWorker } from './protocol';
import { RoadSmoother } from './smooth';

const ROADS_EVERY_MS = 500;

let socket: WebSocket | null = null;
let url = '';
let view: string | null = null;
let joiner = new MotionJoiner(0, 0);
/** There as long as there is a map. */
let overlay: OverlayPainter | null = null;
let living = false;
let layout: HeadLayout | null = null;
let heads = new Uint8Array(0);
let retryMs = 500;
/** The newest speeds; a colored road need not change ten times a second. */
let roads: Uint8Array<ArrayBuffer> | null = null;
const smoother = new RoadSmoother();
let scrubbed = false;

const post = (message: FromWorker, transfer: Transferable[] = []) =>
  self.postMessage(message, { transfer });

function connect(): void {
  post({ type: 'link', up: false });
  socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => {
    retryMs = 500;
    joiner.reset();
    post({ type: 'link', up: true });
    tellView();
  };
  socket.onmessage = (message: MessageEvent<string | ArrayBuffer>) => receive(message.data);
  socket.onclose = () => {
    post({ type: 'link', up: false });
    setTimeout(connect, retryMs);
    retryMs = Math.min(8000, retryMs * 2);
  };
}

function tellView(): void {
  if (view !== null && socket?.readyState === WebSocket.OPEN) socket.send(view);
}

function receive(data: string | ArrayBuffer): void {
  if (typeof data === 'string') {
    const body = JSON.parse(data);
    if (body.type === 'state') post({ type: 'state', state: body });
    else if (body.type === 'change') post({ type: 'change', change: body });
    return;
  }
  try {
    receiveFrame(data);
  } catch (error) {
    if (!(error instanceof BadFrame)) throw error;
    console.error(error);
  }
}

function receiveFrame(data: ArrayBuffer): void {
  const frame = decodeFrame(data);
  if (frame.scrubbed !== scrubbed) {
    scrubbed = frame.scrubbed;
    joiner.reset();
  }
  if (frame.kind === 'vehicles') {
    overlay?.setMotion(joiner.join(frame));
  } else if (frame.kind === 'roads') {
    roads = smoother.add(frame.speed, frame.atMs);
  } else {
    if (!overlay || !layout) return;
    heads = aspects(layout, frame, heads);
    overlay.setAspects(heads);
    if (!living) post({ type: 'living' });
    living = true;
  }
}

setInterval(() => {
  if (!roads) return;
  post({ type: 'roads', speed: roads }, [roads.buffer]);
  roads = null;
}, ROADS_EVERY_MS);

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  switch (data.type) {
    case 'open':
      url = data.url;
      joiner = new MotionJoiner(data.anchor[0], data.anchor[1]);
      connect();
      break;
    case 'view': {
      const { bounds, vehicles } = data;
      if (!vehicles) overlay?.clearVehicles();
      view = JSON.stringify({ type: 'view', bounds, vehicles, changes: true });
      tellView();
      break;
    }
    case 'canvas':
      overlay = new OverlayPainter(data.canvas);
      living = false;
      break;
    case 'heads':
      layout = data.heads.layout;
      overlay?.setHeads(data.heads);
      // Frames tell only of signals that changed: all of them are to be told once to the new heads.
      tellView();
      break;
    case 'camera':
      overlay?.setCamera(data.camera);
      break;
    case 'choice':
      overlay?.setChoice(data.choice);
      break;
    case 'colors':
      overlay?.setColors(data.colors);
      break;
    case 'removed':
      overlay?.remove();
      overlay = null;
      layout = null;
  }
};
