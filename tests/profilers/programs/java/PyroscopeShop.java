import io.pyroscope.labels.v2.LabelsSet;
import io.pyroscope.labels.v2.Pyroscope;

/** The shop with one Pyroscope label per request. */
public class PyroscopeShop {
  public static void main(String[] args) throws Exception {
    Shop.around = (route, work) -> Pyroscope.LabelsWrapper.run(new LabelsSet("route", route), work);
    Shop.main(args);
  }
}
