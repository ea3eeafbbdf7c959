namespace Swat.Tensors.Optimizers;

/// <summary>
/// Up to eight tensors that one launch works on, as the kernel takes them: each is given consecutive groups. A table in device memory would
/// hold all of them, but views cannot be stored there.
/// </summary>
/// <typeparam name="TItem">What the kernel needs of a tensor.</typeparam>
public struct TensorBatch<TItem>
    where TItem : struct
{
    public const int Capacity = 8;

    public TItem Item0;
    public TItem Item1;
    public TItem Item2;
    public TItem Item3;
    public TItem Item4;
    public TItem Item5;
    public TItem Item6;
    public TItem Item7;

    /// <summary>The first group of each item but the first; past the last group for items that are not there.</summary>
    public int Start1;
    public int Start2;
    public int Start3;
    public int Start4;
    public int Start5;
    public int Start6;
    public int Start7;

    /// <summary>Number of groups of all items.</summary>
    public int Groups;

    /// <summary>Divides items into batches.</summary>
    /// <param name="items">What the kernel needs of each tensor.</param>
    /// <param name="groups">The number of groups that work on an item.</param>
    public static IEnumerable<TensorBatch<TItem>> Of(IReadOnlyList<TItem> items, Func<TItem, int> groups)
    {
        for (var first = 0; first < items.Count; first += Capacity)
        {
            var batch = new TensorBatch<TItem>();
            for (var i = 0; i < Capacity; i++)
            {
                var isThere = first + i < items.Count;
                // An item that is not there repeats one that is: every view a kernel gets is one of memory.
                var item = items[isThere ? first + i : first];
                batch.Set(i, item);
                if (isThere)
                    batch.Groups = checked(batch.Groups + groups(item));
            }

            yield return batch;
        }
    }

    /// <summary>In a kernel: the item of a group, and the group's number within it.</summary>
    public static (TItem Item, int Group) Find(TensorBatch<TItem> batch, int group)
    {
        var item = batch.Item0;
        var start = 0;
        if (group >= batch.Start1)
        {
            item = batch.Item1;
            start = batch.Start1;
        }

        if (group >= batch.Start2)
        {
            item = batch.Item2;
            start = batch.Start2;
        }

        if (group >= batch.Start3)
        {
            item = batch.Item3;
            start = batch.Start3;
        }

        if (group >= batch.Start4)
        {
            item = batch.Item4;
            start = batch.Start4;
        }

        if (group >= batch.Start5)
        {
            item = batch.Item5;
            start = batch.Start5;
        }

        if (group >= batch.Start6)
        {
            item = batch.Item6;
            start = batch.Start6;
        }

        if (group >= batch.Start7)
        {
            item = batch.Item7;
            start = batch.Start7;
        }

        return (item, group - start);
    }

    private void Set(int index, TItem item)
    {
        switch (index)
        {
            case 0:
                Item0 = item;
                break;
            case 1:
                (Item1, Start1) = (item, Groups);
                break;
            case 2:
                (Item2, Start2) = (item, Groups);
                break;
            case 3:
                (Item3, Start3) = (item, Groups);
                break;
            case 4:
                (Item4, Start4) = (item, Groups);
                break;
            case 5:
                (Item5, Start5) = (item, Groups);
                break;
            case 6:
                (Item6, Start6) = (item, Groups);
                break;
            default:
                (Item7, Start7) = (item, Groups);
                break;
        }
    }
}
