/** The few WebGL 2 calls that every painter needs. */

function compile(gl: WebGL2RenderingContext, type: number, source: string): WebGLShader {
  const shader = gl.createShader(type);
  if (!shader) throw new Error('the graphics context is lost');
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) {
    throw new Error(`shader does not compile: ${gl.getShaderInfoLog(shader)}`);
  }
  return shader;
}

/** A linked program with the places of its uniforms. */
export class Program {
  readonly program: WebGLProgram;
  private readonly places = new Map<string, WebGLUniformLocation | null>();

  constructor(
    private readonly gl: WebGL2RenderingContext,
    vertex: string,
    fragment: string,
  ) {
    this.program = gl.createProgram();
    const head = '#version 300 es\nprecision highp float;\nprecision highp int;\n';
    gl.attachShader(this.program, compile(gl, gl.VERTEX_SHADER, head + vertex));
    gl.attachShader(this.program, compile(gl, gl.FRAGMENT_SHADER, head + fragment));
    gl.linkProgram(this.program);
    if (!gl.getProgramParameter(this.program, gl.LINK_STATUS) && !gl.isContextLost()) {
      throw new Error(`program does not link: ${gl.getProgramInfoLog(this.program)}`);
    }
  }

  use(): void {
    this.gl.useProgram(this.program);
  }

  at(name: string): WebGLUniformLocation | null {
    let place = this.places.get(name);
    if (place === undefined) {
      place = this.gl.getUniformLocation(this.program, name);
      this.places.set(name, place);
    }
    return place;
  }

  attribute(name: string): number {
    return this.gl.getAttribLocation(this.program, name);
  }
}

export interface Field {
  name: string;
  size: number;
  type?: 'float' | 'bytes' | 'shares';
  offset: number;
}

/** Describes interleaved `fields` of `stride` bytes to the bound vertex array. */
export function describe(
  gl: WebGL2RenderingContext,
  program: Program,
  stride: number,
  fields: Field[],
  divisor = 0,
): void {
  for (const field of fields) {
    const place = program.attribute(field.name);
    if (place < 0) continue;
    const bytes = field.type === 'bytes' || field.type === 'shares';
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(
      place,
      field.size,
      bytes ? gl.UNSIGNED_BYTE : gl.FLOAT,
      field.type === 'shares',
      stride,
      field.offset,
    );
    gl.vertexAttribDivisor(place, divisor);
  }
}

/** A texture that shaders read texel by texel. */
export function table(gl: WebGL2RenderingContext): WebGLTexture {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  return texture;
}

/** Texels per row of a table of bytes. */
export const TABLE_WIDTH = 1024;

/** Fills `texture` with one byte per entry of `values`, [`TABLE_WIDTH`] to a row. */
export function fillBytes(
  gl: WebGL2RenderingContext,
  texture: WebGLTexture,
  values: Uint8Array,
): void {
  const rows = Math.max(1, Math.ceil(values.length / TABLE_WIDTH));
  const padded = new Uint8Array(rows * TABLE_WIDTH).fill(255);
  padded.set(values);
  plainUnpack(gl);
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texImage2D(
    gl.TEXTURE_2D,
    0,
    gl.R8UI,
    TABLE_WIDTH,
    rows,
    0,
    gl.RED_INTEGER,
    gl.UNSIGNED_BYTE,
    padded,
  );
}

export function fillColors(
  gl: WebGL2RenderingContext,
  texture: WebGLTexture,
  texels: Uint8Array,
): void {
  plainUnpack(gl);
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texImage2D(
    gl.TEXTURE_2D,
    0,
    gl.RGBA8,
    texels.length / 4,
    1,
    0,
    gl.RGBA,
    gl.UNSIGNED_BYTE,
    texels,
  );
}

/** Whatever drew before may have left other settings for uploads. */
function plainUnpack(gl: WebGL2RenderingContext): void {
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
}

/** What a painter needs to know of the view. */
export interface View {
  /** From anchor units to clip space, column-major. */
  matrix: Float32Array;
  zoom: number;
  lat: number;
}

/** `matrix` (Mercator shares to clip space) for positions in units of `unit` about `anchor`. */
export function anchored(
  matrix: ArrayLike<number>,
  anchor: [number, number],
  unit: number,
): Float32Array {
  const m = Array.from(matrix);
  const out = new Float32Array(16);
  for (let row = 0; row < 4; row += 1) {
    out[row] = m[row]! * unit;
    out[4 + row] = m[4 + row]! * unit;
    out[8 + row] = m[8 + row]!;
    out[12 + row] = m[row]! * anchor[0] + m[4 + row]! * anchor[1] + m[12 + row]!;
  }
  return out;
}
