/** Draws a mesh of ribbons, each in the color its value has on a ramp. */
import { describe, fillBytes, fillColors, Program, TABLE_WIDTH, table, type View } from './gl';
import { FLOATS, type Mesh } from './ribbon';
import { pixelsPerMeter, pixelsPerUnit } from './scale';

const VERTEX = `
uniform mat4 u_matrix;
uniform float u_px_per_unit, u_px_per_m, u_thin, u_grow;
uniform highp usampler2D u_values;
uniform sampler2D u_ramp;
in vec2 a_pos, a_normal;
in float a_side, a_offset, a_width, a_least, a_index, a_along;
flat out vec4 v_color;
out float v_side, v_along, v_half;
void main() {
  int i = int(a_index);
  uint value = texelFetch(u_values, ivec2(i % ${TABLE_WIDTH}, i / ${TABLE_WIDTH}), 0).r;
  v_color = texelFetch(u_ramp, ivec2(int(value), 0), 0);
  float width = max(a_least * u_thin, a_width * u_px_per_m * u_grow);
  float offset = a_offset == 0.0 ? 0.0
    : sign(a_offset) * max(abs(a_offset) * u_px_per_m, width * 0.5 + 0.6);
  vec2 px = a_normal * (offset + a_side * (width * 0.5 + 0.7));
  v_side = a_side * (width * 0.5 + 0.7);
  v_half = width * 0.5;
  v_along = a_along * u_px_per_unit;
  gl_Position = u_matrix * vec4(a_pos + px / u_px_per_unit, 0.0, 1.0);
}`;

const FRAGMENT = `
uniform float u_alpha;
flat in vec4 v_color;
in float v_side, v_along, v_half;
out vec4 color;
void main() {
  float edge = clamp(v_half + 0.5 - abs(v_side), 0.0, 1.0);
  float alpha = v_color.a * edge * u_alpha;
  color = vec4(v_color.rgb * alpha, alpha);
}`;

export interface RibbonLook {
  alpha: number;
  /** Scales the least width. */
  thin: number;
  /** Scales the width in metres. */
  grow: number;
}

export class RibbonPainter {
  private readonly program: Program;
  private readonly shape: WebGLVertexArrayObject;
  private readonly vertices: WebGLBuffer;
  private readonly indices: WebGLBuffer;
  private readonly values: WebGLTexture;
  private readonly ramp: WebGLTexture;
  private count = 0;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = new Program(gl, VERTEX, FRAGMENT);
    this.shape = gl.createVertexArray();
    this.vertices = gl.createBuffer();
    this.indices = gl.createBuffer();
    this.values = table(gl);
    this.ramp = table(gl);
    fillBytes(gl, this.values, new Uint8Array(1));
    fillColors(gl, this.ramp, new Uint8Array(4 * 256));
  }

  setMesh({ vertices, indices }: Mesh): void {
    const { gl } = this;
    gl.bindVertexArray(this.shape);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.vertices);
    gl.bufferData(gl.ARRAY_BUFFER, vertices, gl.STATIC_DRAW);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.indices);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, indices, gl.STATIC_DRAW);
    const names = ['side', 'offset', 'width', 'least', 'index', 'along'];
    describe(gl, this.program, FLOATS * 4, [
      { name: 'a_pos', size: 2, offset: 0 },
      { name: 'a_normal', size: 2, offset: 8 },
      ...names.map((name, k) => ({ name: `a_${name}`, size: 1, offset: 16 + k * 4 })),
    ]);
    gl.bindVertexArray(null);
    this.count = indices.length;
  }

  setValues(values: Uint8Array): void {
    fillBytes(this.gl, this.values, values);
  }

  setRamp(texels: Uint8Array): void {
    fillColors(this.gl, this.ramp, texels);
  }

  draw(view: View, look: RibbonLook): void {
    if (this.count === 0) return;
    const { gl, program } = this;
    program.use();
    gl.uniformMatrix4fv(program.at('u_matrix'), false, view.matrix);
    gl.uniform1f(program.at('u_px_per_unit'), pixelsPerUnit(view.zoom));
    gl.uniform1f(program.at('u_px_per_m'), pixelsPerMeter(view.zoom, view.lat));
    gl.uniform1f(program.at('u_thin'), look.thin);
    gl.uniform1f(program.at('u_grow'), look.grow);
    gl.uniform1f(program.at('u_alpha'), look.alpha);
    gl.uniform1i(program.at('u_values'), 0);
    gl.uniform1i(program.at('u_ramp'), 1);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.values);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.ramp);
    gl.bindVertexArray(this.shape);
    gl.drawElements(gl.TRIANGLES, this.count, gl.UNSIGNED_INT, 0);
    gl.bindVertexArray(null);
    gl.activeTexture(gl.TEXTURE0);
  }
}
