/// Descriptions of very small graphs in OpenVINO's IR form, which is text.
enum TinyGraph {
    /// `sum = left + right`, both float32 of the given shape.
    static func sum(shape: [Int]) -> [UInt8] {
        graph(shape: shape, #"<layer id="2" name="add" type="Add" version="opset1"><data auto_broadcast="numpy"/>"#)
    }

    /// `sum = left · right`, the product of two matrices of `side` rows and columns: work for `side`³ multiplications.
    static func product(side: Int) -> [UInt8] {
        graph(
            shape: [side, side],
            #"<layer id="2" name="product" type="MatMul" version="opset1">"#
                + #"<data transpose_a="false" transpose_b="false"/>"#)
    }

    /// - Parameter operation: the beginning of the layer between the two inputs and the output `sum`.
    private static func graph(shape: [Int], _ operation: String) -> [UInt8] {
        let dimensions = shape.map { "<dim>\($0)</dim>" }.joined()
        let list = shape.map(String.init).joined(separator: ",")
        func parameter(_ id: Int, _ name: String) -> String {
            """
            <layer id="\(id)" name="\(name)" type="Parameter" version="opset1">
              <data shape="\(list)" element_type="f32"/>
              <output><port id="0" precision="FP32" names="\(name)">\(dimensions)</port></output>
            </layer>
            """
        }
        return Array(
            """
            <?xml version="1.0"?>
            <net name="sum" version="11">
              <layers>
                \(parameter(0, "left"))
                \(parameter(1, "right"))
                \(operation)
                  <input>
                    <port id="0" precision="FP32">\(dimensions)</port>
                    <port id="1" precision="FP32">\(dimensions)</port>
                  </input>
                  <output><port id="2" precision="FP32" names="sum">\(dimensions)</port></output>
                </layer>
                <layer id="3" name="sum/sink" type="Result" version="opset1">
                  <input><port id="0" precision="FP32">\(dimensions)</port></input>
                </layer>
              </layers>
              <edges>
                <edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
                <edge from-layer="1" from-port="0" to-layer="2" to-port="1"/>
                <edge from-layer="2" from-port="2" to-layer="3" to-port="0"/>
              </edges>
            </net>
            """.utf8)
    }
}
