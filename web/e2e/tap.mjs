/** Stands between a browser and a city and counts what the stream carries, frame by frame. */
import { createServer, request } from 'node:http';
import { connect } from 'node:net';

const VEHICLES = 1;

/** Counts WebSocket messages in the bytes a server sends (never masked, RFC 6455 section 5.2). */
function counter(counts) {
  let held = Buffer.alloc(0);
  let upgraded = false;
  return (chunk) => {
    counts.bytes += chunk.length;
    held = Buffer.concat([held, chunk]);
    if (!upgraded) {
      const end = held.indexOf('\r\n\r\n');
      if (end < 0) return;
      held = held.subarray(end + 4);
      upgraded = true;
    }
    for (;;) {
      if (held.length < 10) return;
      const short = held[1] & 0x7f;
      const head = short === 126 ? 4 : short === 127 ? 10 : 2;
      const length =
        short === 126
          ? held.readUInt16BE(2)
          : short === 127
            ? Number(held.readBigUInt64BE(2))
            : short;
      if (held.length < head + length) return;
      const body = held.subarray(head, head + length);
      if ((held[0] & 0x0f) === 1) {
        counts.textBytes += length;
        counts.texts += 1;
      } else if (body.length >= 24 && body[3] === VEHICLES) {
        counts.frames += 1;
        counts.vehicleBytes += length;
        counts.allVehicles += body.readUInt32LE(16);
        counts.vehicles = body.readUInt32LE(16);
      }
      held = held.subarray(head + length);
    }
  };
}

/** A server that passes everything on to `target`, and what its streams carried. */
export function startTap(target) {
  const { hostname, port, host } = new URL(target);
  const counts = {
    bytes: 0,
    textBytes: 0,
    texts: 0,
    frames: 0,
    vehicles: 0,
    vehicleBytes: 0,
    allVehicles: 0,
  };
  const own = (headers) => ({
    ...headers,
    host,
    ...(headers.origin ? { origin: target } : {}),
  });
  const server = createServer((asked, answer) => {
    const passed = request(
      { hostname, port, method: asked.method, path: asked.url, headers: own(asked.headers) },
      (got) => {
        answer.writeHead(got.statusCode, got.headers);
        got.pipe(answer);
      },
    );
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  });
  server.on('upgrade', (asked, socket, head) => {
    const city = connect(Number(port), hostname, () => {
      const headers = Object.entries(own(asked.headers)).map(
        ([name, value]) => `${name}: ${value}`,
      );
      city.write(`GET ${asked.url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
      city.write(head);
      socket.pipe(city);
      city.pipe(socket);
    });
    city.on('data', counter(counts));
    city.on('error', () => socket.destroy());
    socket.on('error', () => city.destroy());
    socket.on('close', () => city.destroy());
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({
        address: `http://127.0.0.1:${server.address().port}`,
        counts,
        close: () => {
          server.closeAllConnections();
          server.close();
        },
      });
    });
  });
}
