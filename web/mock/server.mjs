/**
 * A mock of the server, for developing and testing the command centre alone. Never shipped.
 * `PORT` (8787), `URBIS_MOCK_VEHICLES` (1500), `URBIS_MOCK_DIST=1` serves ../dist as well.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { answerBase } from './base-map.mjs';
import { buildCity } from './city.mjs';
import { roadsFrame, signalsFrame, vehiclesFrame } from './frames.mjs';
import { act, read } from './routes.mjs';
import { Scenario } from './scenario.mjs';
import { Traffic } from './traffic.mjs';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** The policy of the real server, so that nothing is built that it would refuse. */
const POLICY =
  "default-src 'self'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

export function startMock({
  port = 8787,
  vehicles = 1500,
  serveDist = false,
  mode = 'simulated',
  cols = 15,
  rows = 11,
  base = null,
} = {}) {
  const city = buildCity(7, cols, rows);
  const traffic = new Traffic(city, vehicles);
  const startMs = Date.UTC(2026, 10, 22, 23, 40);
  for (let k = 0; k < 240; k += 1) traffic.step(1);
  const scenario = new Scenario(city, traffic, startMs);
  const mock = {
    city,
    traffic,
    scenario,
    mode,
    paused: false,
    /** The city waits for a rehearsal. */
    waiting: false,
    speed: 5,
    scrubbed: null,
    history: [],
    startMs,
    bytesSent: 0,
    framesSent: 0,
    vehiclesSent: 0,
    base,
    origin: '',
    baseTiles: 0,
    /** Tiles of the silent base map that were asked for and not answered. */
    held: [],
    answerBase() {
      for (const give of this.held) give();
      this.held = null;
    },
  };

  const http = createServer((request, response) => answer(mock, request, response, serveDist));
  const sockets = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, socket, head) => {
    if (request.url !== '/api/v1/stream') return socket.destroy();
    sockets.handleUpgrade(request, socket, head, (ws) => {
      ws.on('message', (data) => {
        ws.view = JSON.parse(data.toString());
      });
      ws.send(JSON.stringify({ type: 'state', ...read.state(mock) }));
    });
  });
  const timer = startClock(mock, sockets);
  return new Promise((resolve) => {
    http.listen(port, '127.0.0.1', () => {
      const address = `http://127.0.0.1:${http.address().port}`;
      mock.origin = address;
      resolve({
        address,
        mock,
        close: () => {
          clearInterval(timer);
          for (const ws of sockets.clients) ws.terminate();
          http.close();
        },
      });
    });
  });
}

function startClock(mock, sockets) {
  let tick = 0;
  return setInterval(() => {
    tick += 1;
    if (!mock.paused) {
      const dt = mock.speed / 10;
      for (let left = dt; left > 0; left -= 0.5) mock.traffic.step(Math.min(0.5, left));
      mock.scenario.step(dt);
    }
    if (tick % 20 === 0)
      mock.history.push({
        at_ms: mock.scenario.now(),
        with: mock.traffic.kpi(1),
        without: mock.traffic.kpi(1.13),
      });
    for (const ws of sockets.clients) if (ws.view) send(mock, ws, tick);
  }, 100);
}

function send(mock, socket, tick) {
  const ws = {
    view: socket.view,
    send: (data) => {
      mock.bytesSent += data.length;
      socket.send(data);
    },
  };
  const { traffic, scenario } = mock;
  const [sequence, now] = [tick, scenario.now()];
  if (ws.view.vehicles) {
    const [w, s, e, n] = ws.view.bounds;
    const rows = traffic.vehicles
      .map((v) => ({
        id: v.id,
        look: v.kind | (Math.min(15, Math.round(v.v / 2)) << 4),
        ...traffic.pose(v),
      }))
      .filter((row) => row.lon >= w && row.lon <= e && row.lat >= s && row.lat <= n);
    mock.framesSent += 1;
    mock.vehiclesSent = rows.length;
    ws.send(vehiclesFrame(sequence, now, [w, s, e, n], rows));
  }
  if (tick % 5 === 0) {
    ws.send(roadsFrame(sequence, now, traffic.roadNumbers()));
    ws.send(
      signalsFrame(
        sequence,
        now,
        [...traffic.signals.values()].map((signal) => {
          let [green, amber] = [0n, 0n];
          signal.junction.groups.forEach((_, g) => {
            const aspect = traffic.aspect(signal, g);
            if (aspect === 'green') green |= 1n << BigInt(g);
            if (aspect === 'amber') amber |= 1n << BigInt(g);
          });
          return { junction: signal.junction.id, stage: signal.stage, green, amber };
        }),
      ),
    );
    ws.send(JSON.stringify({ type: 'state', ...read.state(mock) }));
  }
}

async function answer(mock, request, response, serveDist) {
  const url = new URL(request.url, 'http://mock');
  const json = (status, body) => {
    response.writeHead(status, {
      'content-type': status < 400 ? 'application/json' : 'application/problem+json',
    });
    response.end(JSON.stringify(body));
  };
  if (request.method === 'POST') {
    let body = '';
    for await (const chunk of request) body += chunk;
    const problem =
      request.headers['x-urbis-request'] === '1'
        ? act(mock, url.pathname, JSON.parse(body || '{}'))
        : 'the header x-urbis-request is missing';
    return problem
      ? json(409, {
          type: 'about:blank',
          title: 'Refused',
          status: 409,
          detail: problem,
          message: { key: 'server-unreadable', args: { reason: problem } },
          code: 'E-MOCK',
        })
      : json(200, { accepted: true, sequence: mock.scenario.sequence });
  }
  if (url.pathname.startsWith('/base/')) {
    const give = () => {
      mock.baseTiles += Number(answerBase(url.pathname, request, response));
    };
    if (mock.held && url.pathname.startsWith('/base/silent/')) mock.held.push(give);
    else give();
    return;
  }
  const name = url.pathname.replace('/api/v1/', '');
  const junction = /^junctions\/(\d+)$/.exec(name);
  if (junction) return json(200, read.junction(mock, Number(junction[1])));
  if (name in read) return json(200, read[name](mock, url.searchParams));
  if (!serveDist)
    return json(404, {
      type: 'about:blank',
      title: 'Not found',
      status: 404,
      detail: url.pathname,
      message: { key: 'server-no-such-path' },
      code: 'E-MOCK',
    });
  const file = join(DIST, normalize(url.pathname));
  const found = existsSync(file) && statSync(file).isFile() ? file : join(DIST, 'index.html');
  response.writeHead(200, {
    'content-type': TYPES[extname(found)] ?? 'application/octet-stream',
    'content-security-policy': POLICY,
  });
  response.end(readFileSync(found));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { address } = await startMock({
    port: Number(process.env.PORT ?? 8787),
    vehicles: Number(process.env.URBIS_MOCK_VEHICLES ?? 1500),
    serveDist: process.env.URBIS_MOCK_DIST === '1',
    mode: process.env.URBIS_MOCK_MODE ?? 'simulated',
  });
  console.log(`mock city at ${address}`);
}
