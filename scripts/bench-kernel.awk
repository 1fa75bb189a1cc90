# Makes the tables of docs/PERFORMANCE.md from benchmarks/bounds.txt and the measurements, a line of
# JSON each. A round begins with the core's peak; a peer's rate is compared with ours of its round,
# and of several rounds the median is shown. `machine` is the name of the processor.

function field(name,    value) {
  if (!match($0, "\"" name "\": *(\"[^\"]*\"|[^,}]*)")) return ""
  value = substr($0, RSTART, RLENGTH)
  sub(/^[^:]*: */, "", value)
  gsub(/"/, "", value)
  return value
}

function median(list,    values, count, place, other, swap) {
  count = split(list, values, " ")
  for (place = 2; place <= count; place++)
    for (other = place; other > 1 && values[other - 1] + 0 > values[other] + 0; other--) {
      swap = values[other]
      values[other] = values[other - 1]
      values[other - 1] = swap
    }
  return (values[int((count + 1) / 2)] + values[int(count / 2) + 1]) / 2
}

function short(number) {
  if (number >= 100) return sprintf("%.0f", number)
  if (number >= 10) return sprintf("%.1f", number)
  return sprintf(number >= 1 ? "%.2f" : "%.3f", number)
}

function cell(list) { return list == "" ? "-" : short(median(list)) }

# The fastest mode of a peer: the one over which our lead is least.
function best(workload, peer,    modes, count, place, found, least, lead) {
  count = split(peer == "torch" ? "eager eager-fused compile" : "scan step vmap", modes, " ")
  for (place = 1; place <= count; place++) {
    if (!((workload, "offered", peer, modes[place]) in leads)) continue
    lead = median(leads[workload, "offered", peer, modes[place]])
    if (found != "" && lead >= least) continue
    found = modes[place]
    least = lead
  }
  return found
}

function peer_rate(workload, peer,    mode) {
  mode = best(workload, peer)
  return mode == "" ? "-" : short(median(rates[workload, peer, mode])) " (" mode ")"
}

function share(workload, kind, of) {
  if (!((workload, kind, of) in shares)) return "-"
  return sprintf("%.0f %%", 100 * median(shares[workload, kind, of]))
}

# Our lead over the best mode of a peer, and what is asked of it; notes what is missed.
function compared(workload, kind, peer, required, aim,    mode, lead) {
  mode = best(workload, peer)
  if (mode == "") return "- | " required " | " aim
  lead = median(leads[workload, kind, peer, mode])
  if (required != "-" && lead < required) missed = missed shortfall(peer, "required", lead, required)
  else if (aim != "-" && lead < aim) missed = missed shortfall(peer, "aim", lead, aim)
  return short(lead) " | " required " | " aim
}

function shortfall(peer, what, lead, bound) {
  return (missed == "" ? "" : ", ") title[peer] ": " what " by " \
    sprintf("%.1f %%", 100 * (1 - lead / bound))
}

function note_ours(workload, kind, rate) {
  rates[workload, "ours", kind] = rates[workload, "ours", kind] " " rate
  shares[workload, kind, "fma"] = shares[workload, kind, "fma"] " " field("gflops") / fma
  shares[workload, kind, "sgemm"] = shares[workload, kind, "sgemm"] " " field("gflops") / sgemm
}

FNR == 1 { reading++ }
reading == 1 && !/^#/ {
  bounds[$1, $2] = $3 SUBSEP $4 SUBSEP $5 SUBSEP $6
}
reading < 2 { next }

{
  workload = field("workload")
  mode = field("mode")
  rate = field("steps_per_cpu_s")
  peer = field("peer")
  versions[peer] = field("version")
}
mode == "peak" {
  fma = field("fma_gflops")
  sgemm = field("sgemm_gflops")
  peaks = peaks " " fma
  products = products " " sgemm
  libraries = field("core")
  tier = field("tier")
  plain = offered = 0
  next
}
peer == "phasegrid" {
  if (!(workload in seen)) {
    seen[workload] = 1
    workloads[++count] = workload
    operations[workload] = field("flop_per_step")
  }
  note_ours(workload, mode, rate)
  if (mode == "plain") plain = rate
  else {
    offered = rate
    if (!plain) plain = rate
  }
  next
}
offered {
  if (field("prune_last") == "true") mode = "pruned"
  rates[workload, peer, mode] = rates[workload, peer, mode] " " rate
  leads[workload, "offered", peer, mode] = leads[workload, "offered", peer, mode] " " offered / rate
  leads[workload, "plain", peer, mode] = leads[workload, "plain", peer, mode] " " plain / rate
}

END {
  title["torch"] = "PyTorch"
  title["jax"] = "JAX"
  print "One core of " machine ", " tier " tier, OpenBLAS as on " libraries ": " \
    short(median(peaks)) " GFLOP/s by fused multiply-adds, " short(median(products)) \
    " by OpenBLAS's product of large matrices, measured between the workloads."
  peers = ""
  split("torch jax", names, " ")
  for (place = 1; place <= 2; place++) {
    peer = names[place]
    if (peer in versions) peers = peers (peers == "" ? "" : ", ") title[peer] " " versions[peer]
    else absent = absent (absent == "" ? "" : ", ") title[peer]
  }
  if (peers != "") print "Compared with " peers "."
  if (absent != "") print "Not installed and so not compared: " absent "."
  print ""
  print "| steps per CPU-second | MFLOP | ours, plain | of the FMA peak | of sgemm | as offered |" \
    " PyTorch | pruned | JAX | pruned |"
  print "|---|---|---|---|---|---|---|---|---|---|"
  for (place = 1; place <= count; place++) {
    name = workloads[place]
    kind = (name, "ours", "plain") in rates ? "plain" : "offered"
    print "| " name " | " short(operations[name] / 1e6) " | " cell(rates[name, "ours", kind]) \
      " | " share(name, kind, "fma") " | " share(name, kind, "sgemm") " | " \
      cell(rates[name, "ours", "offered"]) " | " peer_rate(name, "torch") " | " \
      cell(rates[name, "torch", "pruned"] rates[name, "torch", "tangent"]) " | " \
      peer_rate(name, "jax") " | " cell(rates[name, "jax", "pruned"]) " |"
  }
  print ""
  print "| times faster | | than PyTorch | required | aim | than JAX | required | aim | missed |" \
    " than PyTorch pruned | than JAX pruned |"
  print "|---|---|---|---|---|---|---|---|---|---|---|"
  for (place = 1; place <= count; place++) {
    name = workloads[place]
    for (turn = 1; turn <= 2; turn++) {
      kind = turn == 1 ? "offered" : "plain"
      if (kind == "plain" && !((name, "ours", "plain") in rates)) continue
      split((name, kind) in bounds ? bounds[name, kind] : "-" SUBSEP "-" SUBSEP "-" SUBSEP "-", \
        asked, SUBSEP)
      missed = ""
      line = "| " name " | " (kind == "plain" ? "plain" : "as offered") " | " \
        compared(name, kind, "torch", asked[1], asked[2]) " | " \
        compared(name, kind, "jax", asked[3], asked[4])
      # A plain step beside a pruned one says nothing.
      pruned = kind == "plain" ? "- | -" : \
        cell(leads[name, kind, "torch", "pruned"] leads[name, kind, "torch", "tangent"]) \
        " | " cell(leads[name, kind, "jax", "pruned"])
      print line " | " missed " | " pruned " |"
    }
  }
}
