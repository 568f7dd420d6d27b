// The JavaScript half of Embind for what stands in bindings.cpp: functions that take and give numbers, booleans or
// nothing, and whole constants. WebAssembly converts arguments by itself, so a call needs no more than this; Emscripten's
// own half, made for strings, classes and overloads, would be 4 kB of the package, and slower.
// biome-ignore-all lint/complexity/useArrowFunction: Emscripten takes the text of these functions and cannot read arrows.
mergeInto(LibraryManager.library, {
  $embindName: function (address) {
    let name = '';
    for (let code = HEAPU8[address++]; code !== 0; code = HEAPU8[address++]) name += String.fromCharCode(code);
    return name;
  },
  $embindBooleans: 'new Set()',

  _embind_register_void__deps: [],
  _embind_register_void: function () {},
  _embind_register_bool__deps: ['$embindBooleans'],
  _embind_register_bool: function (type) {
    embindBooleans.add(type);
  },
  _embind_register_integer__deps: [],
  _embind_register_integer: function () {},
  _embind_register_float__deps: [],
  _embind_register_float: function () {},

  _embind_register_constant__deps: ['$embindName'],
  _embind_register_constant: function (name, _type, value) {
    Module[embindName(name)] = value;
  },
  /** The invoker calls the function, whose address it takes first; the first of the types is that of the result. */
  _embind_register_function__deps: ['$embindName', '$embindBooleans'],
  _embind_register_function: function (name, _count, types, _signature, invoker, address) {
    const invoke = wasmTable.get(invoker);
    const givesBoolean = embindBooleans.has(HEAPU32[types >> 2]);
    Module[embindName(name)] = (...args) => {
      const result = invoke(address, ...args);
      return givesBoolean ? result !== 0 : result;
    };
  },

  // registered by Embind's library, used by none of ours
  _embind_register_bigint__deps: [],
  _embind_register_bigint: function () {},
  _embind_register_emval__deps: [],
  _embind_register_emval: function () {},
  _embind_register_memory_view__deps: [],
  _embind_register_memory_view: function () {},
  _embind_register_std_string__deps: [],
  _embind_register_std_string: function () {},
  _embind_register_std_wstring__deps: [],
  _embind_register_std_wstring: function () {},
});
