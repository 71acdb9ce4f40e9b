#!/usr/bin/env bash
# Every leak and every score of docs/privacy.md, on the public images of docs/results.md: `rosfl audit` and `rosfl compare`, each with a folder of its own
# under runs/privacy. Hours on two cores; what is done is kept, and the same command goes on.
#
#   bench/privacy.sh DATA [vessels] [gradient] [public-body] [seeds] [hippocampus] [ct]      # none named: all
set -euo pipefail
data=$(realpath "$1"); shift
cd "$(dirname "$0")/.."
dotnet build src/RosFL.Cli -c Release --nologo -v q
rosfl=src/RosFL.Cli/bin/Release/net10.0/rosfl out=runs/privacy

# leaks NAME CUTS [SETTING ...]      scores NAME ALGORITHMS [SETTING ...] [--sweep OPTION=VALUES | --seeds N]
leaks() { "$rosfl" audit "${run[@]}" --site "$site" --auxiliary "$other" --out "$out/$1/leaks" --set "audit.cuts=[$2]" audit.mostSteps=8000 "${settings[@]}" "${@:3}"; }
scores() { "$rosfl" compare "${run[@]}" --algorithms "$2" --set "output.folder=$out/$1/scores" machine.threads=1 machine.workers=1 "${@:3}"; }
of() { run=("runs/$1.json" --data "$data/$2") site=$3 other=$4 settings=("${@:5}"); }

vessels() {
  of vessels vessels stare hrf
  leaks vessels/plain '"1","2","3","1:4x2","1:2x2","1:1x2","1:4x4","1:2x4","1:1x4","2:2x2","2:1x2","3:1x2"' 'privacy={}'
  leaks vessels/adversary-4 '"1:1x2"'
  leaks vessels/adversary-1 '"1:1x2"' privacy.headPenaltyWeight=1
  leaks vessels/distance '"1:1x2"' 'privacy={"headPenalty":"distance-correlation"}'
  leaks vessels/noise '"1:1x2"' 'privacy={"smashedNoise":0.5}'
  leaks vessels/noise-one-crossing '"1:1x2"' 'privacy={"smashedNoise":0.5}' rounds=1
  scores vessels/plain ros-fl,site-only 'privacy={}' 'cut={}' --sweep cut.depth=1,2,3
  scores vessels/plain-4 ros-fl 'privacy={}' 'cut={"depth":1,"narrowChannels":4}' --sweep cut.narrowStride=2,4
  scores vessels/plain-x2 ros-fl 'privacy={}' --sweep cut.narrowChannels=1,2
  scores vessels/plain-x4 ros-fl 'privacy={}' cut.narrowStride=4 --sweep cut.narrowChannels=1,2
  scores vessels/plain-depth-2 ros-fl 'privacy={}' cut.depth=2 --sweep cut.narrowChannels=1,2
  scores vessels/plain-depth-3 ros-fl 'privacy={}' cut.depth=3
  scores vessels/adversary ros-fl --sweep privacy.headPenaltyWeight=1,4
  scores vessels/distance ros-fl 'privacy={"headPenalty":"distance-correlation"}' --sweep privacy.headPenaltyWeight=1,4
  scores vessels/noise ros-fl 'privacy={}' --sweep privacy.smashedNoise=0.5,1
  scores vessels/adversary-and-noise ros-fl 'privacy={"headPenalty":"adversary","smashedNoise":0.5}'
}

# what the features' gradient alone gives away at 1:1x2, and what its guards cost
gradient() {
  of vessels vessels stare hrf 'audit.attacks=["gradient-mask"]'
  for guard in '"gradient":"exact"' '"gradient":"mixed"' '"gradient":"withheld"' '"gradient":"self-supervised"' '"gradientRegion":4' '"gradientNoise":4' '"gradientNoise":8' '"gradientNoise":16'; do
    name=gradient/$(tr -dc 'a-zA-Z0-9-' <<< "$guard")
    leaks "$name" '"1:1x2"' "privacy={$guard}"
    scores "$name" ros-fl "privacy={$guard}"
  done
  leaks gradient/one-crossing '"1:1x2"' 'privacy={"gradientNoise":4}' rounds=1
  leaks gradient/mixed-one-crossing '"1:1x2"' 'privacy={"gradient":"mixed"}' rounds=1
  leaks gradient/deep-tail '"1:1x2"' 'privacy={}' network.tailBlocks=3
  scores gradient/deep-tail ros-fl,site-only 'privacy={}' network.tailBlocks=3
  for loss in dice focal; do leaks "gradient/$loss" '"1:1x2"' 'privacy={}' "training.loss=$loss"; done
  scores gradient/adversary-and-noise ros-fl 'privacy={"headPenalty":"adversary","headPenaltyWeight":4,"gradientNoise":4}'
  scores gradient/self-supervised-small ros-fl 'privacy={"gradient":"self-supervised","gradientClip":3e-6}'
  of vessels vessels stare hrf 'audit.attacks=["decoder"]'
  leaks gradient/self-supervised-images '"1:1x2"' 'privacy={"gradient":"self-supervised"}'
}

# a body that was trained on public images, for two sites
public-body() {
  of vessels vessels stare hrf
  [ -e "$out/public-body/vessels/report.html" ] || "$rosfl" simulate "${run[@]}" --set 'privacy={}' 'data.sites=[{"name":"hrf"}]' "output.folder=$out/public-body"
  [ -e "$out/public-body/model" ] || "$rosfl" assemble "$out/public-body/vessels" --out "$out/public-body/model"
  two=('privacy={}' 'data.sites=[{"name":"stare"},{"name":"chasedb1","spacingMm":[1.6,1.6]}]' "training.initialWeights=$out/public-body/model/model.safetensors")
  scores public-body ros-fl "${two[@]}" --sweep privacy.gradient=exact,mixed,withheld
  scores public-body/none site-only "${two[@]}"
}

# the run files' settings, the plain narrow cut, the paper's and no body, with three seeds
seeds() {
  of vessels vessels stare hrf
  scores seeds/vessels ros-fl --seeds 3
  scores seeds/vessels-plain ros-fl 'privacy={}' --seeds 3
  scores seeds/vessels-paper ros-fl,site-only 'privacy={}' 'cut={}' --seeds 3
  for seed in 2 3; do leaks "seeds/vessels-$seed" '"1:1x2"' "seed=$seed"; done
}

hippocampus() {
  of hippocampus hippocampus a_uint8 b_1e3 preprocessing.patch=[24,24,24] evaluation.window=[24,24,24] audit.decoderChannels=8
  leaks hippocampus/plain '"1","1:4x2","1:4x4","1:2x4","1:1x4"' 'privacy={}'
  leaks hippocampus/adversary-1 '"1:1x4"'
  leaks hippocampus/adversary-4 '"1:1x4"' privacy.headPenaltyWeight=4
  scores hippocampus/plain ros-fl,site-only 'privacy={}' 'cut={"depth":1}'
  scores hippocampus/plain-4x2 ros-fl 'privacy={}' 'cut={"depth":1,"narrowChannels":4,"narrowStride":2}'
  scores hippocampus/plain-x4 ros-fl 'privacy={}' --sweep cut.narrowChannels=1,2,4
  scores hippocampus/adversary ros-fl --sweep privacy.headPenaltyWeight=1,4
}

ct() {
  of lowdose-ct ct nih-1 nih-2 machine.layout=contiguous
  leaks ct/plain '"1","1:4x2","1:4x4","1:4x8","1:2x8","1:1x8","2","3","4","2:1x8","4:1x8"'
  for noise in 1 1.5; do leaks "ct/noise-$noise" '"1:1x8"' "privacy.smashedNoise=$noise"; done
  leaks ct/adversary '"1:2x8","1:1x8"' privacy.headPenalty=adversary
  scores ct/plain ros-fl,site-only 'cut={}' --sweep cut.depth=1,2,3,4
  scores ct/plain-4 ros-fl 'cut={"depth":1,"narrowChannels":4}' --sweep cut.narrowStride=2,4,8
  scores ct/plain-x8 ros-fl 'cut={"depth":1,"narrowStride":8}' --sweep cut.narrowChannels=1,2
  scores ct/depth-x8 ros-fl 'cut={"depth":4,"narrowChannels":1,"narrowStride":8}' --sweep cut.depth=2,4
  scores ct/adversary ros-fl 'cut={"depth":1,"narrowStride":8}' privacy.headPenalty=adversary --sweep cut.narrowChannels=1,2
  scores ct/noise ros-fl 'cut={"depth":1,"narrowChannels":1,"narrowStride":8}' --sweep privacy.smashedNoise=1,1.5
}

[ $# -gt 0 ] || set -- vessels gradient public-body seeds hippocampus ct
for part in "$@"; do "$part"; done
