#!/usr/bin/env bash
# Puts the pinned OpenVINO runtime (from its Python wheel) into .runtime/openvino:
# include/, lib/ (only what inference on a CPU needs) and openvino_c.pc for pkg-config.
set -euo pipefail

version=2026.4.1
root=$(cd "$(dirname "$0")/.." && pwd)
target=$root/.runtime/openvino
if [[ -f $target/VERSION && $(<"$target/VERSION") == "$version" && -e $target/lib/libopenvino_c.so ]] &&
    compgen -G "$target/lib/libopenvino_tensorflow_lite_frontend.so*" >/dev/null &&
    grep -q "^Libs: -L$target/lib " "$target/openvino_c.pc"; then
    echo "==> OpenVINO $version: already in .runtime/openvino"
    exit 0
fi

echo "==> OpenVINO $version: fetching the wheel (about 60 MB)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --dest "$work" "openvino==$version"
python3 -m zipfile -e "$work"/openvino-"$version"-*.whl "$work/wheel"

rm -rf "$target"
mkdir -p "$target/lib"
cp -R "$work/wheel/openvino/include" "$target/include"
libs=$work/wheel/openvino/libs
for name in libopenvino_c libopenvino libopenvino_intel_cpu_plugin libopenvino_onnx_frontend libopenvino_ir_frontend \
    libopenvino_tensorflow_lite_frontend libtbb; do
    cp -P "$libs/$name".so* "$target/lib/"
done
# The wheel has versioned names only; the linker looks for the plain one.
(cd "$target/lib" && ln -sf "$(basename "$(ls libopenvino_c.so.*)")" libopenvino_c.so)
cp -R "$work"/wheel/openvino-"$version".dist-info/licenses "$target/" 2>/dev/null || true
cat >"$target/openvino_c.pc" <<PC
Name: openvino_c
Description: OpenVINO C API
Version: $version
Cflags: -I$target/include
Libs: -L$target/lib -lopenvino_c
PC
echo "$version" >"$target/VERSION"
echo "==> OpenVINO $version: $(du -sh "$target" | cut -f1) in .runtime/openvino"
