/// What a process tells the others at each step; of all words the largest counts.
enum RankWord: UInt8 {
    case goOn = 0
    case timeIsUp = 1
    case stop = 2
}
