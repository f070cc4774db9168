#!/usr/bin/env bash
# Runs each fuzz target under libFuzzer and the address sanitizer: `fuzz.sh SECONDS [TARGET…]`.
# New inputs are kept in .build-fuzz/corpus; an input that breaks a promise is named crash-… in .build-fuzz/findings.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(json yaml http stream prompt configuration texts responses retryAfter)

out=.build-fuzz
doors=(CLinux CCurl CSQLite COpenSSL)
# In the order of Package.swift: a module comes after all that it imports.
modules=(
    JSON YAML CivilTime Crypto Telemetry NetIO HTTPTypes HTTPServer HTTPClient Inference Providers Simulation Prompts
    Routing Ledger PluginKit Gateway
)
mkdir -p "$out"/{modules,corpus,findings}

flags=(-swift-version 6 -package-name llmgw -parse-as-library -O -wmo -sanitize=fuzzer,address -I "$out/modules"
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault
    -enable-upcoming-feature MemberImportVisibility -enable-upcoming-feature NonisolatedNonsendingByDefault)
for door in "${doors[@]}"; do
    echo "module $door { header \"$PWD/Sources/$door/include/$door.h\" export * }" >"$out/modules/$door.modulemap"
    flags+=(-Xcc "-fmodule-map-file=$out/modules/$door.modulemap")
done

objects=()
for door in "${doors[@]}"; do
    for source in Sources/"$door"/*.c; do
        [ -e "$source" ] || continue
        clang -O1 -g -fsanitize=address -I "Sources/$door/include" -c "$source" -o "$out/modules/$door.o"
        objects+=("$out/modules/$door.o")
    done
done

# Compiles a module if a source of it, or a module before it, is newer.
stale=
for module in "${modules[@]}"; do
    object="$out/modules/$module.o"
    objects+=("$object")
    if [ -n "$stale" ] || [ ! -e "$object" ] || [ -n "$(find "Sources/$module" -name '*.swift' -newer "$object" -print -quit)" ]; then
        stale=yes
        echo "compiling $module" >&2
        find "Sources/$module" -name '*.swift' -print0 | xargs -0 swiftc "${flags[@]}" -module-name "$module" \
            -emit-module -emit-module-path "$out/modules/$module.swiftmodule" -c -o "$object"
    fi
done

echo "linking" >&2
entries=()
for source in Tests/FuzzTests/*.swift; do
    [[ $source == *Tests.swift ]] || entries+=("$source")
done
swiftc "${flags[@]}" -module-name Fuzz "${entries[@]}" Tests/Fuzz/LibFuzzer.swift "${objects[@]}" \
    -use-ld=lld -lcurl -lssl -lcrypto -lsqlite3 -o "$out/fuzz"

status=0
for target in "${targets[@]}"; do
    mkdir -p "$out/corpus/$target"
    log="$out/$target.log"
    echo "fuzzing $target for $seconds s" >&2
    # Swift frees what libFuzzer's own hooks count as lost; leaks are looked for elsewhere.
    if FUZZ_TARGET=$target SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 "$out/fuzz" "$out/corpus/$target" "Tests/FuzzTests/Seeds/$target" \
        -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$out/findings/$target-" >"$log" 2>&1; then
        grep -E 'stat::number_of_executed_units|stat::average_exec_per_sec' "$log" | sed "s/^/  $target /" >&2
    else
        status=1
        tail -n 40 "$log" >&2
        echo "  $target: a promise is broken; see $log and $out/findings" >&2
    fi
done
exit $status
