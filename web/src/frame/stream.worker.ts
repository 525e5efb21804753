/**
 * The stream's end in a worker: connects, decodes, joins frames, and hands finished buffers over.
 *
 * The main thread gets only what it uploads or shows; nothing is parsed there.
 */
import { BadFrame, decodeFrame, type RoadsFrame } from './decode';
import { aspects, type HeadLayout } from './heads';
import { MotionJoiner } from './motion';
import type { FromWorker, ToWorker } from './protocol';
import { RoadSmoother } from './smooth';

const ROADS_EVERY_MS = 500;

let socket: WebSocket | null = null;
let url = '';
let view: string | null = null;
let joiner = new MotionJoiner(0, 0);
let layout: HeadLayout | null = null;
let heads = new Uint8Array(0);
let retryMs = 500;
/** The newest speeds; a colored road need not change ten times a second. */
let roads: Pick<RoadsFrame, 'speed' | 'queue'> | null = null;
const smoother = new RoadSmoother();
let scrubbed = false;
let bytes = 0;

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
    bytes += data.length;
    const body = JSON.parse(data);
    if (body.type === 'state') post({ type: 'state', state: body });
    else if (body.type === 'change') post({ type: 'change', change: body });
    return;
  }
  bytes += data.byteLength;
  try {
    receiveFrame(data);
  } catch (error) {
    if (!(error instanceof BadFrame)) throw error;
    post({ type: 'bad-frame', detail: error.message });
  }
}

function receiveFrame(data: ArrayBuffer): void {
  const frame = decodeFrame(data);
  if (frame.scrubbed !== scrubbed) {
    scrubbed = frame.scrubbed;
    joiner.reset();
  }
  if (frame.kind === 'vehicles') {
    const motion = joiner.join(frame);
    post({ type: 'vehicles', motion }, [motion.instances]);
  } else if (frame.kind === 'roads') {
    roads = { speed: smoother.add(frame.speed, frame.atMs), queue: frame.queue };
  } else {
    if (layout === null) return;
    heads = aspects(layout, frame, heads);
    post({ type: 'signals', heads });
  }
}

setInterval(() => {
  if (!roads) return;
  const { speed, queue } = roads;
  roads = null;
  post({ type: 'roads', speed, queue }, [speed.buffer, queue.buffer]);
}, ROADS_EVERY_MS);

setInterval(() => {
  post({ type: 'rate', bytesPerSecond: bytes / 2 });
  bytes = 0;
}, 2000);

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'open') {
    url = data.url;
    joiner = new MotionJoiner(data.anchor[0], data.anchor[1]);
    connect();
  } else if (data.type === 'spent') {
    joiner.spent(data.buffer);
  } else if (data.type === 'heads') {
    layout = data.layout;
    // Frames tell only of signals that changed: all of them are to be told once to the new heads.
    tellView();
  } else {
    const { bounds, vehicles } = data;
    view = JSON.stringify({ type: 'view', bounds, vehicles, changes: true });
    tellView();
  }
};
